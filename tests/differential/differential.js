// Tally beside the reference implementation of Pact: differential.js [--seed N] [--count N]
// [--topics] [--broken] [--every N] [--topic BEGINNING] [--only ID] [--size N] [--show N].  TALLY
// names the program; the reference is found in NODE_PATH, and PACT can name another.
//
// Judges COUNT cases by chance, those of topics.js and those of broken_cases.js with both, or every
// Nth of them.  Where the verdicts differ, or what they are about, the case is printed with what is
// needed to see why; the exit status is 1 if there was a difference that no row of known.js
// explains, or, with all of them, if a row explained nothing.
'use strict';
const { parseArgs } = require('node:util');
const { Random, text } = require('./values');
const { contract } = require('./contract');
const { generate } = require('./generate');
const { topics } = require('./topics');
const { all: broken } = require('./broken_cases');
const { explain, rows } = require('./known');
const { Reference, Tally, judge } = require('./engines');

const { values: options } = parseArgs({ options: {
  seed: { type: 'string', default: '1' }, count: { type: 'string', default: '0' }, size: { type: 'string', default: '25' },
  topics: { type: 'boolean', default: false }, broken: { type: 'boolean', default: false }, every: { type: 'string', default: '1' }, only: { type: 'string' }, topic: { type: 'string' }, show: { type: 'string', default: '20' } } });

function collect() {
  const random = new Random(Number(options.seed));
  const cases = [...(options.topics ? topics() : []), ...(options.broken ? broken() : [])].filter((_, index) => index % Number(options.every) === 0);
  for (let i = 0; i < Number(options.count); i += 1) cases.push(generate(random, `r${options.seed}-${i}`));
  if (options.topic) return cases.filter((test) => test.topic.startsWith(options.topic));
  return options.only ? cases.filter((test) => test.id === options.only) : cases;
}

function show(test, reference, tally) {
  const actual = { ...test.actual, body: test.actual.body === undefined ? undefined : String(test.actual.body) };
  const verdict = ({ verdict: is, parts, exit }) => [is, parts, test.pending ? `exit ${exit}` : ''].filter((part) => part !== '' && part !== undefined).join(' ');
  console.log(`# ${test.id} (${test.topic}${test.how ? `; ${test.how}` : ''}, ${test.kind}, version ${test.spec}): reference ${verdict(reference)}, tally ${verdict(tally)}`);
  const expected = { ...test.expected };
  if (Buffer.isBuffer(expected.body?.text)) expected.body = { ...expected.body, text: String(expected.body.text) };
  console.log(`#   expected ${text({ ...expected, rules: test.rules })}`);
  console.log(`#   actual   ${JSON.stringify(actual)}`);
  for (const why of [reference.why, tally.why]) if (why) console.log(`#   ${why.trim().replace(/\n/g, '\n#   ')}`);
}

// Those that are pending have contracts of their own, whose exit status is theirs.
const isSame = (test, their, our) => their.verdict === our.verdict && (their.parts ?? '') === (our.parts ?? '') && (!test.pending || their.exit === our.exit);

async function main() {
  const cases = collect();
  const reference = new Reference(process.env.PACT || require('@pact-foundation/pact-cli/src/pact-standalone').standalone().pactFullPath);
  const tally = new Tally(process.env.TALLY);
  await reference.start();
  const counts = { matched: 0, mismatched: 0, refused: 0, explained: 0, different: 0 };
  const explained = new Map();
  try {
    const [theirs, ours] = await Promise.all([reference, tally].map((engine) => judge(engine, cases, Number(options.size))));
    for (const test of cases) {
      const [their, our] = [theirs.get(test.id), ours.get(test.id)];
      const row = isSame(test, their, our) ? undefined : explain(test, their, our);
      if (isSame(test, their, our)) {
        counts[our.verdict === 'refused' ? 'refused' : our.verdict ? 'matched' : 'mismatched'] += 1;
      } else if (row) {
        counts.explained += 1;
        explained.set(row, (explained.get(row) || 0) + 1);
      } else {
        counts.different += 1;
        if (counts.different <= Number(options.show)) show(test, their, our);
        if (options.only) console.log(contract([test]));
      }
    }
  } finally {
    reference.stop();
    tally.stop();
  }
  const unseen = options.every === '1' && !options.topic && !options.only ? rows({ topics: options.topics, broken: options.broken }).filter((row) => !explained.has(row)) : [];
  for (const row of unseen) console.log(`# nothing differed by: ${row}`);
  for (const [row, count] of explained) console.log(`# ${count} × ${row}`);
  console.log(`# ${cases.length} cases: ${counts.matched} matched, ${counts.mismatched} mismatched, ${counts.refused} refused by both, ` +
    `${counts.explained} explained differences, ${counts.different} others`);
  process.exitCode = counts.different + unseen.length > 0 ? 1 : 0;
}

main();
