// What a verifier has to do, by the provider side of Pact's compatibility suite: features.js.
//
// A row for each of its scenarios, in words of our own: contracts of a version, what the provider
// answers, and what has to come of it with both verifiers: the exit status, what is mismatched, which
// calls were made, and what is said.  Fetching from a broker and recording there is in interop.sh
// and tests/cli, filters of requests are the header option.
'use strict';
const http = require('node:http');
const { Reference, Tally, STATES } = require('./engines');

const VERSIONS = { 1: '1.0.0', 2: '2.0.0', 3: '3.0.0', 4: '4.0' };
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const typed = (type, body, more = {}) => ({ status: 200, headers: { 'Content-Type': type, ...more }, body });
const metadata = (values) => ({ 'Pact-Message-Metadata': Buffer.from(JSON.stringify(values)).toString('base64') });
const good = typed('application/json', '{"one": "a", "two": "b"}');
const JSON_BODY = { one: 'a', two: 'b' };

const plain = { description: 'basic', request: { method: 'GET', path: '/basic' }, response: { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON_BODY } };
const expecting = (type, body, more) => ({ description: 'basic', request: { method: 'GET', path: '/basic' }, response: { status: 200, headers: { 'Content-Type': type }, body, ...more } });
const given = (...names) => ({ ...plain, providerState: names[0] });
const states = (...list) => ({ ...plain, providerStates: list });
const sent = (content, more) => ({ description: 'event', contents: content, ...more });
const inVersion4 = (type, more) => ({ type, description: 'event', contents: { content: JSON_BODY, contentType: 'application/json', encoded: false }, ...more });
const http4 = { type: 'Synchronous/HTTP', description: 'basic', request: { method: 'GET', path: '/basic' }, response: { status: 200, body: { content: JSON_BODY, contentType: 'application/json', encoded: false } } };
const COMMENTS = { comments: { text: ['first line', 'second line'], testname: 'the test that wrote it' } };
const BAD_JSON = typed('application/json', '{"one": "a", "two": 2}');
const S = { how: { states: true } };
const T = { how: { states: true, teardown: true } };
const call = (action, state, params = {}) => `${action} ${state} ${JSON.stringify(params)}`;
const ASKED = 'GET /basic';

// [version, scenario, interactions, the provider's answer, what comes of it: { parts, exit, calls,
// said: [by the reference, by tally], how, state: status of the handler }]; exit is 0 without parts.
const ROWS = [
  [1, 'a contract that is honoured', [plain], good, {}],
  [1, 'several interactions that are honoured', [plain, { ...plain, description: 'other' }], good, {}],
  [1, 'another status', [plain], { ...good, status: 400 }, { parts: 'status' }],
  [1, 'another header', [{ ...plain, response: { ...plain.response, headers: { 'X-A': '1' } } }], good, { parts: 'header x-a' }],
  [1, 'another body', [plain], BAD_JSON, { parts: 'body' }],
  [1, 'no body', [plain], { status: 200, headers: { 'Content-Type': 'application/json' } }, { parts: 'body' }],
  [1, 'text', [expecting('text/plain', 'Hello')], typed('text/plain', 'Hello'), {}],
  [1, 'another text', [expecting('text/plain', 'Hello')], typed('text/plain', 'Hello!'), { parts: 'body' }],
  [1, 'JSON with more than was expected', [plain], typed('application/json', '{"one": "a", "two": "b", "three": "c"}'), {}],
  [1, 'JSON in another order', [plain], typed('application/json', '{"two": "b", "one": "a"}'), {}],
  [1, 'XML', [expecting('application/xml', '<a><b>1</b></a>')], typed('application/xml', '<?xml version="1.0"?><a> <b>1</b> </a>'), {}],
  [1, 'another XML', [expecting('application/xml', '<a><b>1</b></a>')], typed('application/xml', '<a><c>1</c></a>'), { parts: 'body' }],
  [1, 'bytes', [expecting('image/png', PNG.toString('base64'))], typed('image/png', PNG), {}],
  [1, 'other bytes', [expecting('image/png', PNG.toString('base64'))], typed('image/png', Buffer.concat([PNG, PNG])), { parts: 'body' }],
  [1, 'a form', [expecting('application/x-www-form-urlencoded', 'a=1&b=2')], typed('application/x-www-form-urlencoded', 'b=2&a=1'), {}],
  [1, 'another form', [expecting('application/x-www-form-urlencoded', 'a=1&b=2')], typed('application/x-www-form-urlencoded', 'a=1&b=3'), { parts: 'body' }],
  [1, 'a handler of states', [given('basic state')], good, { ...S, calls: [call('setup', 'basic state'), ASKED] }],
  [1, 'a handler that tears down', [given('basic state')], good, { ...T, calls: [call('setup', 'basic state'), ASKED, call('teardown', 'basic state')] }],
  [1, 'a handler, and no state', [plain], good, { ...S, calls: [call('setup', ''), ASKED] }],
  [1, 'a handler that fails', [given('basic state')], good, { ...T, state: 400, parts: 'error', calls: [call('setup', 'basic state')], said: [/state change handlers? has failed/, /setup state change handlers has failed/] }],
  [1, 'a state without a handler', [given('basic state')], good, { calls: [ASKED], said: [/State Change ignored/, /need a provider state, but/] }],
  [1, 'a header that is put into requests', [plain], good, { how: { headers: [['X-Token', 'abc']] }, calls: [`${ASKED} abc`] }],

  [2, 'a rule for a header', [expecting('application/json', JSON_BODY, { headers: { 'X-Id': '12' }, matchingRules: { '$.headers.X-Id': { match: 'regex', regex: '\\d+' } } })], typed('application/json', good.body, { 'X-Id': '345' }), {}],
  [2, 'a rule for a header that is broken', [expecting('application/json', JSON_BODY, { headers: { 'X-Id': '12' }, matchingRules: { '$.headers.X-Id': { match: 'regex', regex: '\\d+' } } })], typed('application/json', good.body, { 'X-Id': 'a' }), { parts: 'header x-id' }],
  [2, 'a rule for a type', [expecting('application/json', JSON_BODY, { matchingRules: { '$.body.two': { match: 'type' } } })], typed('application/json', '{"one": "a", "two": "c"}'), {}],
  [2, 'a rule for a type that is broken', [expecting('application/json', JSON_BODY, { matchingRules: { '$.body.two': { match: 'type' } } })], BAD_JSON, { parts: 'body' }],

  [3, 'several states', [states({ name: 'one' }, { name: 'two' })], good, { ...T, calls: [call('setup', 'one'), call('setup', 'two'), ASKED, call('teardown', 'one'), call('teardown', 'two')] }],
  [3, 'states with parameters', [states({ name: 'one', params: { a: 'x', n: 66, t: true } })], good,
    { ...T, calls: [call('setup', 'one', { a: 'x', n: 66, t: true }), ASKED, call('teardown', 'one', { a: 'x', n: 66, t: true })] }],

  ['3 messages', 'a message', [sent(JSON_BODY)], good, { calls: ['POST / {"description":"event"}'] }],
  ['3 messages', 'another message', [sent(JSON_BODY)], BAD_JSON, { parts: 'body' }],
  ['3 messages', 'a message of text', [sent('Hello', { metadata: { contentType: 'text/plain' } })], typed('text/plain', 'Hello'), {}],
  ['3 messages', 'another message of text', [sent('Hello', { metadata: { contentType: 'text/plain' } })], typed('text/plain', 'Bye'), { parts: 'body' }],
  ['3 messages', 'a message in XML', [sent('<a><b>1</b></a>', { metadata: { contentType: 'application/xml' } })], typed('application/xml', '<a><b>1</b></a>'), {}],
  ['3 messages', 'another message in XML', [sent('<a><b>1</b></a>', { metadata: { contentType: 'application/xml' } })], typed('application/xml', '<a><b>2</b></a>'), { parts: 'body' }],
  ['3 messages', 'a message of bytes', [sent(PNG.toString('base64'), { metadata: { contentType: 'image/png' } })], typed('image/png', PNG), {}],
  ['3 messages', 'another message of bytes', [sent(PNG.toString('base64'), { metadata: { contentType: 'image/png' } })], typed('image/png', Buffer.concat([PNG, PNG])), { parts: 'body' }],
  ['3 messages', 'metadata', [sent(JSON_BODY, { metadata: { origin: 'a', tags: { k: 1 } } })], { ...good, headers: { ...good.headers, ...metadata({ origin: 'a', tags: { k: 1 }, more: 1 }) } }, {}],
  ['3 messages', 'other metadata', [sent(JSON_BODY, { metadata: { origin: 'a', tags: { k: 1 } } })], { ...good, headers: { ...good.headers, ...metadata({ origin: 'b', tags: { k: 2 } }) } }, { parts: 'metadata origin, metadata tags' }],
  ['3 messages', 'a handler of states', [sent(JSON_BODY, { providerStates: [{ name: 'one', params: { n: 1 } }] })], good,
    { ...T, calls: [call('setup', 'one', { n: 1 }), 'POST / {"description":"event","providerStates":[{"name":"one","params":{"n":1}}]}', call('teardown', 'one', { n: 1 })] }],
  ['3 messages', 'a handler of states that fails', [sent(JSON_BODY, { providerStates: [{ name: 'one' }] })], good, { ...S, state: 400, parts: 'error', calls: [call('setup', 'one')] }],
  ['3 messages', 'rules for body and metadata', [sent(JSON_BODY, { metadata: { id: 'a1' }, matchingRules: { body: { '$.two': { matchers: [{ match: 'type' }] } }, metadata: { id: { matchers: [{ match: 'regex', regex: '[a-z]\\d' }] } } } })],
    { ...typed('application/json', '{"one": "a", "two": "c"}', metadata({ id: 'b2' })) }, {}],
  ['3 messages', 'rules for body and metadata that are broken', [sent(JSON_BODY, { metadata: { id: 'a1' }, matchingRules: { body: { '$.two': { matchers: [{ match: 'type' }] } }, metadata: { id: { matchers: [{ match: 'regex', regex: '[a-z]\\d' }] } } } })],
    { ...typed('application/json', '{"one": "a", "two": 2}', metadata({ id: '22' })) }, { parts: 'body, metadata id' }],

  [4, 'a pending interaction', [{ ...http4, pending: true }], BAD_JSON, { parts: 'body', exit: 0, said: [/\[PENDING\]/, /PENDING: basic/] }],
  [4, 'comments', [{ ...http4, ...COMMENTS }], BAD_JSON, { parts: 'body', said: [/first line[^]*second line/, /test: the test that wrote it[^]*comment: first line[^]*comment: second line/] }],
  [4, 'a pending message', [inVersion4('Asynchronous/Messages', { pending: true })], BAD_JSON, { parts: 'body', exit: 0, said: [/\[PENDING\]/, /PENDING: event/] }],
  [4, 'comments of a message', [inVersion4('Asynchronous/Messages', COMMENTS)], BAD_JSON, { parts: 'body', said: [/first line[^]*second line/, /comment: first line[^]*comment: second line/] }],
  [4, 'all kinds in one contract', [http4, { ...inVersion4('Asynchronous/Messages'), description: 'event' }, { type: 'Synchronous/Messages', description: 'asked', request: { contents: { content: { a: 1 }, contentType: 'application/json', encoded: false } },
    response: [{ contents: { content: JSON_BODY, contentType: 'application/json', encoded: false } }] }], good, { how: { more: [] } }],
];

// ---- the provider -------------------------------------------------------------------------------

function callOf(request, body) {
  if (request.url === STATES) {
    const { action, state, params } = JSON.parse(body);
    return call(action, state, params);
  }
  return [request.method, request.url, request.headers['x-token'] ?? body].filter((part) => part !== '').join(' ');
}

function provider(seen, answer, stateStatus = 200) {
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => { body += piece; });
    request.on('end', () => {
      seen.push(callOf(request, body));
      const { status, headers, body: content } = request.url === STATES ? { status: stateStatus, headers: {}, body: '' } : answer;
      response.writeHead(status, headers);
      response.end(content);
    });
  });
  return new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server)); });
}

function contractOf(version, list) {
  const [number, isOfMessages] = String(version).split(' ');
  return JSON.stringify({ consumer: { name: 'consumer' }, provider: { name: 'provider' }, [isOfMessages ?? 'interactions']: list, metadata: { pactSpecification: { version: VERSIONS[number] } } });
}

// ---- the checks ---------------------------------------------------------------------------------

function* faults({ outcomes, status, output }, seen, { parts = '', exit = parts === '' ? 0 : 1, calls, said }, which) {
  const found = outcomes && [...new Set([...outcomes.values()].map((outcome) => outcome.parts).filter((text) => text !== ''))].join('; ');
  if (found !== parts) yield `expected mismatches in '${parts}', found '${found}'`;
  if (status !== exit) yield `expected exit status ${exit}, found ${status}`;
  if (calls && calls.join('; ') !== seen.join('; ')) yield `expected the calls ${calls.join('; ')}, found ${seen.join('; ')}`;
  if (said && !said[which].test(output)) yield `expected ${said[which]} in: ${output}`;
}

async function main() {
  const engines = [new Reference(process.env.PACT || require('@pact-foundation/pact-cli/src/pact-standalone').standalone().pactFullPath), new Tally(process.env.TALLY)];
  let failed = 0;
  for (const [version, scenario, list, answer, wanted] of ROWS) {
    for (const [which, engine] of engines.entries()) {
      const seen = [];
      const outcome = await engine.replay(await provider(seen, answer, wanted.state), contractOf(version, list), wanted.how);
      for (const fault of faults(outcome, seen, wanted, which)) {
        failed += 1;
        console.log(`# version ${version}, ${scenario}, ${which === 0 ? 'reference' : 'tally'}: ${fault}`);
      }
    }
  }
  console.log(`# ${ROWS.length} scenarios with both: ${failed} faults`);
  process.exitCode = failed > 0 ? 1 : 0;
}

main();
