// Generated values of both implementations: generators.js [--show].
//
// What both verifiers send, after a provider state gave values, is judged by a provider that answers
// 200 only if the value is as wanted; what both mock servers give is judged here.  A verdict is
// whether it was.  The exit status is 1 if there was a difference that the row does not tell of.
'use strict';
const http = require('node:http');
const { Reference, Tally, STATES } = require('./engines');

const STATE = { id: 7, name: 'Ann', price: 12.5, yes: true, big: 12345678901 };
const from = (expression, dataType) => ({ type: 'ProviderState', expression, dataType });
const INTEGER = /^-?\d+$/;
const DAY = /^"\d{4}-\d\d-\d\d"$/;
const UUID = /^"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"$/;

// What the date is today or tomorrow, for a test that runs at midnight.
const days = (...offsets) => new RegExp(`^"(${offsets.map((offset) => {
  const day = new Date(Date.now() + offset * 86400000);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`;
}).join('|')})"$`);

// [generator, example, the JSON text that is wanted, row of doc/compatibility.md where they differ].
// In the body of a request, and in that of a response.
const VALUES = [
  [{ type: 'RandomInt', min: 10, max: 99 }, 1, /^\d\d$/],
  [{ type: 'RandomInt' }, 100, /^(\d|10)$/],
  [{ type: 'RandomInt', min: 5, max: 5 }, 1, /^5$/],
  [{ type: 'RandomInt', min: 10, max: 99 }, 'x', /^"\d\d"$/],
  [{ type: 'RandomDecimal', digits: 4 }, 1.5, /^\d+\.\d+$/],
  [{ type: 'RandomHexadecimal', digits: 8 }, 'x', /^"[0-9A-Fa-f]{8}"$/],
  [{ type: 'RandomHexadecimal', digits: 20 }, 'x', /^"[0-9A-Fa-f]{20}"$/, 'RandomHexadecimal'],
  [{ type: 'RandomString', size: 12 }, 'x', /^"[0-9A-Za-z]{12}"$/],
  [{ type: 'RandomString' }, 'x', /^"[0-9A-Za-z]{10}"$/],
  [{ type: 'RandomBoolean' }, 'x', /^(true|false)$/],
  [{ type: 'Regex', regex: '[A-Z]{3}-\\d{4}' }, 'x', /^"[A-Z]{3}-[0-9]{4}"$/],
  [{ type: 'Regex', regex: '^(red|green)( light)?$' }, 'x', /^"(red|green)( light)?"$/],
  [{ type: 'Uuid' }, 'x', UUID],
  [{ type: 'Uuid', format: 'simple' }, 'x', /^"[0-9a-f]{32}"$/],
  [{ type: 'Uuid', format: 'upper-case-hyphenated' }, 'x', /^"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}"$/],
  [{ type: 'Uuid', format: 'URN' }, 'x', /^"urn:uuid:[0-9a-f-]{36}"$/],
  [{ type: 'Uuid', format: 'simple' }, null, /^"[0-9a-f]{32}"$/, 'format of Uuid'],
  [{ type: 'Date' }, 'x', days(0, 1)],
  [{ type: 'Date', format: 'dd.MM.yyyy' }, 'x', /^"\d\d\.\d\d\.\d{4}"$/],
  [{ type: 'Date', expression: 'tomorrow' }, 'x', days(1, 2)],
  [{ type: 'Date', format: 'yyyy-MM-dd', expression: '+ 1 week - 2 days' }, 'x', days(5, 6)],
  [{ type: 'Date', format: 'yyyy-MM-dd', expression: 'next monday' }, 'x', DAY],
  [{ type: 'Date', format: 'Q' }, 'x', /^"[1-4]"$/, 'quarters, weeks of the month, counts of weekdays'],
  [{ type: 'Date', expression: 'gibberish' }, 'x', /^"x"$/],
  [{ type: 'Time' }, 'x', /^"\d\d:\d\d:\d\d"$/],
  [{ type: 'Time', format: 'HH:mm', expression: 'midnight' }, 'x', /^"00:00"$/],
  [{ type: 'Time', format: 'HH:mm', expression: "12 o'clock am" }, 'x', /^"00:00"$/, "12 o'clock am and pm"],
  [{ type: 'DateTime', format: "yyyy-MM-dd'T'HH:mm:ss" }, 'x', /^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"$/],
  [{ type: 'DateTime', format: "yyyy-MM-dd'T'HH:mm:ssXXX" }, 'x', /^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d|Z)"$/],
  [{ type: 'DateTime', format: 'yyyy-MM-dd HH:mm', expression: 'tomorrow @ noon' }, 'x', /^"\d{4}-\d\d-\d\d 12:00"$/],
  [{ type: 'DateTime', format: 'HH:mm:ssXX' }, 'x', /^"\d\d:\d\d:\d\d([+-]\d{4}|Z)"$/, 'offsets in patterns'],
  [{ type: 'Foo' }, 'x', /^"x"$/],
];

// Only a provider is told what a state gave; a consumer gets the example.
const STATES_GAVE = [
  [from('id'), 1, /^7$/],
  [from('${id}'), 1, /^7$/],
  [from('${id}'), 'x', /^7$/],
  [from('${name}'), 'x', /^"Ann"$/],
  [from('${name}-${id}'), 'x', /^"Ann-7"$/],
  [from('${missing}'), 'x', /^"x"$/],
  [from('${id}', 'STRING'), 'x', /^"7"$/],
  [from('${price}', 'INTEGER'), 1, /^12$/],
  [from('${price}', 'DECIMAL'), 1, /^12\.5$/],
  [from('${id}', 'DECIMAL'), 1, /^7\.0$/],
  [from('${yes}', 'BOOLEAN'), false, /^true$/],
  [from('${big}'), 1, /^12345678901$/],
];

// [category, generator, example, the text that is wanted]: other places of a request.
const PLACES = [
  ['path', from('/g/${id}'), '/g/1', /^\/g\/7$/],
  ['query', from('${name}'), 'x', /^Ann$/],
  ['query', { type: 'Date', format: 'yyyy' }, '1999', /^[2-9]\d{3}$/],
  ['header', from('Bearer ${name}'), 'x', /^Bearer Ann$/],
  ['header', { type: 'Uuid' }, 'x', /^[0-9a-f-]{36}$/],
  ['header', { type: 'RandomInt', min: 10, max: 99 }, '1', /^\d\d$/],
];

const URL_ROW = [{ type: 'MockServerURL', example: 'http://mock.example/orders/7', regex: '.*(/orders/\\d+)$' }, 'x', /^"http:\/\/[^/"]+:\d+\/orders\/7"$/];

const inBody = ([generator, example, wanted, row]) => ({ category: 'body', generator, example, wanted, row });
const number = (list) => list.map((test, index) => ({ ...test, id: `g${index}` }));
const SENT = number([...[...VALUES, ...STATES_GAVE].map(inBody), ...PLACES.map(([category, generator, example, wanted]) => ({ category, generator, example, wanted }))]);
const GIVEN = number([...VALUES.map(inBody), inBody([from('${name}'), 'x', /^"x"$/]), inBody(URL_ROW)]);

const JSON_HEADERS = { 'Content-Type': ['application/json'] };
const bodyOf = (test) => ({ content: { v: test.category === 'body' ? test.example : 'x' }, contentType: 'application/json', encoded: false });
const generatorsOf = (test) => ({ [test.category]: test.category === 'path' ? test.generator : { [test.category === 'body' ? '$.v' : 'g']: test.generator } });

function sent(test) {
  const { category, example } = test;
  return { type: 'Synchronous/HTTP', description: test.id, providerStates: [{ name: 'values' }],
    request: { method: 'POST', path: category === 'path' ? example : '/g', headers: { ...JSON_HEADERS, 'X-Case': [test.id], ...(category === 'header' ? { g: [example] } : {}) },
      query: category === 'query' ? { g: [example] } : undefined, body: bodyOf(test), generators: generatorsOf(test) },
    response: { status: 200 } };
}

function given(test) {
  return { type: 'Synchronous/HTTP', description: test.id, request: { method: 'GET', path: `/${test.id}` },
    response: { status: 200, headers: JSON_HEADERS, body: bodyOf(test), generators: generatorsOf(test) } };
}

const contract = (interactions) => JSON.stringify({ consumer: { name: 'consumer' }, provider: { name: 'provider' }, interactions,
  metadata: { pactSpecification: { version: '4.0' } } });

// The JSON text of the value, as it stands in the body.
const valueIn = (body) => (/^\{\s*"v"\s*:\s*(.*?)\s*\}$/s.exec(body) || [])[1];

function found(test, request, body) {
  const url = new URL(request.url, 'http://provider');
  return { path: url.pathname, query: url.searchParams.get('g'), header: request.headers.g, body: valueIn(body) }[test.category];
}

// A provider that tells what it was sent in `seen`.
function provider(seen) {
  const byId = new Map(SENT.map((test) => [test.id, test]));
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => { body += piece; });
    request.on('end', () => {
      const test = byId.get(request.headers['x-case']);
      if (test) seen.set(test.id, found(test, request, body));
      response.writeHead(request.url === STATES || test?.wanted.test(seen.get(test.id)) ? 200 : 400, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(request.url === STATES ? STATE : {}));
    });
  });
  return new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server)); });
}

async function sends(engine) {
  const seen = new Map();
  const answer = await engine.replay(await provider(seen), contract(SENT.map(sent)), { states: true });
  return SENT.map((test) => ({ verdict: answer.outcomes?.get(test.id)?.verdict ?? `refused: ${answer.refused}`, value: seen.get(test.id) }));
}

async function gives(engine) {
  const answer = await engine.mock(contract(GIVEN.map(given)), async (port) => {
    const values = [];
    for (const test of GIVEN) values.push(valueIn(await (await fetch(`http://127.0.0.1:${port}/${test.id}`)).text()));
    return values;
  });
  return GIVEN.map((test, index) => ({ verdict: answer.result ? test.wanted.test(answer.result[index]) : `refused: ${answer.refused}`, value: answer.result?.[index] }));
}

// How many differ in a way that is not told, or no longer differ.  Tally's value is always as wanted.
function compare(what, tests, theirs, ours) {
  let others = 0;
  tests.forEach((test, index) => {
    const [their, our] = [theirs[index], ours[index]];
    const well = our.verdict === true && (their.verdict === true) === !test.row;
    others += well ? 0 : 1;
    if (!well || process.argv.includes('--show')) {
      console.log(`# ${well ? '' : 'other: '}${what} ${test.category} ${JSON.stringify(test.generator)}: reference ${their.value} (${their.verdict}), tally ${our.value} (${our.verdict})${test.row ? ` - ${test.row}` : ''}`);
    }
  });
  console.log(`# ${tests.length} values ${what}: ${theirs.filter((their) => their.verdict === true).length} are as wanted with the reference, ${ours.filter((our) => our.verdict === true).length} with tally; ${others} others differ`);
  return others;
}

async function main() {
  const reference = new Reference(process.env.PACT || require('@pact-foundation/pact-cli/src/pact-standalone').standalone().pactFullPath);
  const tally = new Tally(process.env.TALLY);
  await reference.start();
  try {
    const others = compare('sent', SENT, await sends(reference), await sends(tally)) +
      compare('given', GIVEN, await gives(reference), await gives(tally));
    process.exitCode = others > 0 ? 1 : 0;
  } finally {
    reference.stop();
    tally.stop();
  }
}

main();
