// What both verifiers make of provider states that fail, answer oddly or are not set up: states.js
// [--slow].
//
// A state's name says what its handler answers.  Verdicts have to be the same, and so has what is
// asked of the provider and in which order, but for what a row of doc/compatibility.md tells.  The
// reference tries again for two minutes after a status of 5xx, which only --slow waits for.
'use strict';
const http = require('node:http');
const { Reference, Tally, STATES } = require('./engines');

const SLOW = process.argv.includes('--slow');
const JSON_TYPE = { 'Content-Type': 'application/json' };

// What is answered to the call of an action: [status, headers, body]; null breaks the connection.
const ANSWERS = {
  good: { setup: [200, JSON_TYPE, '{}'] },
  'created': { setup: [201, {}, ''] },
  'no content': { setup: [204, {}, ''] },
  'text': { setup: [200, { 'Content-Type': 'text/plain' }, '{"id": "text"}'] },
  'a list': { setup: [200, JSON_TYPE, '[{"id": "list"}]'] },
  'broken JSON': { setup: [200, JSON_TYPE, '{"id": '] },
  'no type': { setup: [200, {}, '{"id": "untyped"}'] },
  'of another type': { setup: [200, { 'Content-Type': 'application/hal+json' }, '{"id": "hal"}'] },
  'first': { setup: [200, JSON_TYPE, '{"id": "first", "only": "one"}'] },
  'second': { setup: [200, JSON_TYPE, '{"id": "second", "more": {"a": 1}}'] },
  'not found': { setup: [404, JSON_TYPE, '{"id": "lost"}'] },
  'bad request': { setup: [400, {}, ''] },
  'moved': { setup: [302, { Location: '/elsewhere' }, ''] },
  'not modified': { setup: [304, {}, ''] },
  'broken off': { setup: null },
  'teardown not found': { teardown: [404, {}, ''] },
  'teardown broken off': { teardown: null },
  'teardown with values': { teardown: [200, JSON_TYPE, '{"id": "late"}'] },
  ...(SLOW ? { 'down': { setup: [503, {}, ''] } } : {}),
};

// Those after which the two do something else: the row of doc/compatibility.md.
const DIFFERENT = { moved: 'redirections', 'broken off': 'states that were set up', 'teardown broken off': 'kept connections that break off', ...(SLOW ? { down: 'states that fail with 5xx' } : {}) };

// [what, states, whether the answer is right, the row where they differ]
const CASES = [
  ...Object.keys(ANSWERS).filter((name) => !(name in DIFFERENT)).flatMap((name) => [[`${name}, a good answer`, [name], true], [`${name}, a bad answer`, [name], false]]),
  ...Object.entries(DIFFERENT).map(([name, row]) => [`${name}, a good answer`, [name], true, row]),
  ['two that give values', ['first', 'second'], true],
  ['two that give values, the other way round', ['second', 'first'], true],
  ['the first of two fails', ['not found', 'good'], true, 'states that were set up'],
  ['the last of two fails', ['good', 'not found'], true, 'states that were set up'],
  ['both fail', ['not found', 'bad request'], true],
  ['one teardown of two fails', ['teardown not found', 'good'], true],
  ['none', [], true],
];

function interactionOf([, states, isRight], index) {
  const id = `s${String(index).padStart(2, '0')}`;
  return { type: 'Synchronous/HTTP', description: id, providerStates: states.map((name) => ({ name, params: { id: 'parameter' } })),
    request: { method: 'GET', path: '/asked', query: { case: [id], id: ['example'] }, generators: { query: { id: { type: 'ProviderState', expression: '${id}' } } } },
    response: { status: isRight ? 200 : 404 } };
}

const contract = (list) => JSON.stringify({ consumer: { name: 'consumer' }, provider: { name: 'provider' }, interactions: list, metadata: { pactSpecification: { version: '4.0' } } });

function provider(seen) {
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => { body += piece; });
    request.on('end', () => {
      const isState = request.method === 'POST' && request.url === STATES;
      const { action, state } = isState ? JSON.parse(body) : {};
      seen.push(isState ? `${action} ${state}` : `${request.method} ${request.url}`);
      const answer = isState ? (ANSWERS[state] ?? {})[action] : undefined;
      if (answer === null) request.socket.destroy();
      else {
        const [status, headers, content] = answer ?? [200, JSON_TYPE, '{}'];
        response.writeHead(status, headers);
        response.end(content);
      }
    });
  });
  return new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server)); });
}

const HOWS = [['with setup', { states: true }], ['with teardown', { states: true, teardown: true }], ['without a place to set them up', {}]];
const engines = [new Reference(process.env.PACT || require('@pact-foundation/pact-cli/src/pact-standalone').standalone().pactFullPath), new Tally(process.env.TALLY)];
engines[1].more = ['--jobs', '1'];

// One interaction: its verdict, why, and what was asked.
async function replayed(engine, test, index, how) {
  const seen = [];
  const interaction = interactionOf(test, index);
  const answer = await engine.replay(await provider(seen), contract([interaction]), { ...how, more: engine.more });
  const outcome = answer.outcomes?.get(interaction.description) ?? { verdict: 'refused', why: answer.refused };
  return { verdict: outcome.verdict === true, isError: outcome.parts === 'error', why: outcome.why ?? '', seen: seen.join('; '), exit: answer.status };
}

async function main() {
  const rows = new Set();
  let others = 0, count = 0;
  for (const [way, how] of HOWS) {
    for (const [index, test] of CASES.entries()) {
      const [their, our] = await Promise.all(engines.map((engine) => replayed(engine, test, index, how)));
      const isSame = ['verdict', 'isError', 'seen', 'exit'].every((member) => their[member] === our[member]);
      const row = isSame ? undefined : test[3];
      count += 1;
      if (row) rows.add(row);
      if (isSame || row) continue;
      others += 1;
      for (const [name, one] of [['reference', their], ['tally', our]]) console.log(`# other: ${test[0]}, ${way}: ${name} ${one.verdict}${one.isError ? ' error' : ''} (exit ${one.exit}): ${one.seen} - ${one.why}`);
    }
  }
  const unseen = [...new Set(CASES.map(([, , , row]) => row))].filter((row) => row && !rows.has(row));
  for (const row of unseen) console.log(`# nothing differed by: ${row}`);
  console.log(`# ${count} interactions: ${others} others differ`);
  process.exitCode = others + unseen.length > 0 ? 1 : 0;
}

main();
