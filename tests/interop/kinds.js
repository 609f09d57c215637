// Interactions with each kind of body and matchers of each family, for three roles:
//
//   kinds.js expectations SPEC   prints what a consumer expects, in integration JSON, for tally mock:
//                                all that this version of the specification can say
//   kinds.js consume SPEC        sends the requests to TALLY_MOCK_URL, and fetches the messages
//   kinds.js provide [--bad]     a provider; prints `listening on http://127.0.0.1:PORT`.  Its
//                                answers have other values than the examples; with --bad each of
//                                them is wrong in one place
'use strict';
const assert = require('node:assert');
const http = require('node:http');

const rule = (type, value, more = {}) => ({ 'pact:matcher:type': type, value, ...more });
const json = (status, body) => ({ status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
const JSON_TYPE = { 'Content-Type': 'application/json' };
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d]);

// Metadata travel in a header, as verifiers expect it.
function message(contents) {
  const metadata = Buffer.from(JSON.stringify({ queue: 'orders' })).toString('base64');
  return { status: 200, headers: { ...JSON_TYPE, 'Pact-Message-Metadata': metadata }, body: JSON.stringify(contents) };
}

function multipart(boundary, id, count) {
  return [`--${boundary}`, 'Content-Disposition: form-data; name="id"', '', id,
    `--${boundary}`, 'Content-Disposition: form-data; name="order"; filename="order.json"',
    'Content-Type: application/json', '', JSON.stringify({ count }), `--${boundary}--`, ''].join('\r\n');
}

// since: the first version that can say it; sent: what the consumer sends; good and bad: answers.
const kinds = [
  {
    since: 1, description: 'text, as it is',
    request: { method: 'GET', path: '/text' }, sent: {},
    response: { status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'Hello, Jörg!' },
    good: { status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'Hello, Jörg!' },
    bad: { status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'Hello, Jorg!' },
  },
  {
    since: 1, description: 'an object, as it is',
    request: { method: 'PUT', path: '/orders/42', headers: JSON_TYPE, body: { lines: [{ sku: 'A', count: 1.5 }], note: null } },
    sent: { headers: JSON_TYPE, body: '{ "note": null, "lines": [ { "count": 1.5, "sku": "A" } ] }' },
    response: { status: 200, headers: JSON_TYPE, body: { id: 42, paid: false, tags: [] } },
    good: json(200, { paid: false, id: 42, tags: [], more: 1 }), bad: json(200, { paid: false, id: '42', tags: [] }),
  },
  {
    since: 1, description: 'no body, but a status',
    request: { method: 'DELETE', path: '/orders/42' }, sent: {},
    response: { status: 204 }, good: { status: 204 }, bad: { status: 404 },
  },
  {
    since: 2, description: 'types, expressions and lists',
    request: {
      method: 'GET', path: rule('regex', '/orders/42/lines', { regex: '/orders/\\d+/lines' }),
      headers: { 'X-Trace': rule('regex', 'a1', { regex: '[a-f0-9]+' }) },
    },
    sent: { path: '/orders/7/lines', headers: { 'X-Trace': 'beef' } },
    response: {
      status: 200, headers: { ...JSON_TYPE, 'X-Pages': rule('regex', '3', { regex: '\\d+' }) },
      body: { order: rule('type', { id: 1, customer: 'Kim' }), lines: rule('type', [{ sku: rule('regex', 'TS-M', { regex: '[A-Z]+-[SML]' }) }], { min: 1, max: 3 }) },
    },
    good: { ...json(200, { order: { id: 9, customer: 'Sam' }, lines: [{ sku: 'A-S' }, { sku: 'B-L' }] }), headers: { ...JSON_TYPE, 'X-Pages': '17' } },
    bad: { ...json(200, { order: { id: 9, customer: 'Sam' }, lines: [{ sku: 'A-S' }, { sku: 'b-L' }] }), headers: { ...JSON_TYPE, 'X-Pages': '17' } },
  },
  {
    since: 3, description: 'numbers, texts and null',
    request: { method: 'POST', path: '/numbers', query: { page: [rule('integer', '1')] }, headers: JSON_TYPE, body: { count: rule('integer', 1), half: rule('decimal', 0.5) } },
    sent: { path: '/numbers?page=12', headers: JSON_TYPE, body: '{"count":7,"half":1.25}' },
    response: {
      status: 200, headers: JSON_TYPE,
      body: {
        whole: rule('integer', 1), part: rule('decimal', 1.5), any: rule('number', 3), yes: rule('boolean', true),
        none: { 'pact:matcher:type': 'null' }, note: rule('include', 'fragile'), unit: rule('equality', 'EUR'),
      },
    },
    good: json(200, { whole: 12, part: 0.25, any: 1e3, yes: false, none: null, note: 'very fragile', unit: 'EUR' }),
    bad: json(200, { whole: 12, part: 0.25, any: 1e3, yes: false, none: null, note: 'solid', unit: 'EUR' }),
  },
  {
    since: 3, description: 'dates and times',
    request: { method: 'GET', path: '/dates' }, sent: {},
    response: {
      status: 200, headers: JSON_TYPE,
      body: {
        day: rule('date', '2024-02-29', { format: 'yyyy-MM-dd' }), hour: rule('time', '23:59', { format: 'HH:mm' }),
        moment: rule('datetime', '2024-02-29T23:59:00', { format: "yyyy-MM-dd'T'HH:mm:ss" }),
      },
    },
    good: json(200, { day: '2026-11-21', hour: '08:15', moment: '2026-11-21T08:15:30' }),
    bad: json(200, { day: '2026-13-21', hour: '08:15', moment: '2026-11-21T08:15:30' }),
  },
  {
    since: 3, description: 'markup',
    request: { method: 'GET', path: '/markup' }, sent: {},
    response: {
      status: 200, headers: { 'Content-Type': 'application/xml' },
      body: {
        root: {
          name: 'orders',
          children: [{
            'pact:matcher:type': 'type', examples: 2,
            value: { name: 'order', attributes: { id: rule('integer', 1) }, children: [{ content: 'open', matcher: { 'pact:matcher:type': 'regex', regex: 'open|shipped' } }] },
          }],
        },
      },
    },
    good: { status: 200, headers: { 'Content-Type': 'application/xml' }, body: '<orders><order id="7">shipped</order></orders>' },
    bad: { status: 200, headers: { 'Content-Type': 'application/xml' }, body: '<orders><order id="7">lost</order></orders>' },
  },
  {
    since: 3, description: 'a form',
    request: { method: 'POST', path: '/form', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: { name: rule('type', 'Ann B'), tag: ['a', 'b'] } },
    sent: { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'tag=a&tag=b&name=Bo+C' },
    response: { status: 200, headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: { id: rule('regex', '42', { regex: '\\d+' }) } },
    good: { status: 200, headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'id=7' },
    bad: { status: 200, headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'id=seven' },
  },
  {
    since: 3, description: 'parts',
    request: {
      method: 'POST', path: '/parts', headers: { 'Content-Type': 'multipart/form-data' },
      body: [{ name: 'id', body: rule('regex', '42', { regex: '\\d+' }) },
        { name: 'order', filename: 'order.json', contentType: 'application/json', body: { count: rule('integer', 1) } }],
    },
    sent: { headers: { 'Content-Type': 'multipart/form-data; boundary=XyZ' }, body: multipart('XyZ', '7', 12) },
    response: { status: 201 }, good: { status: 201 }, bad: { status: 415 },
  },
  {
    since: 3, description: 'bytes',
    request: { method: 'GET', path: '/bytes' }, sent: {},
    response: { status: 200, headers: { 'Content-Type': 'image/png' }, body: { 'pact:matcher:type': 'contentType', value: 'image/png', content: PNG.toString('base64') } },
    good: { status: 200, headers: { 'Content-Type': 'image/png' }, body: Buffer.concat([PNG, PNG]) },
    bad: { status: 200, headers: { 'Content-Type': 'image/png' }, body: Buffer.from('no picture today') },
  },
  {
    since: 4, description: 'keys, values and variants',
    request: { method: 'GET', path: '/variants' }, sent: {},
    response: {
      status: { 'pact:matcher:type': 'statusCode', status: 'success', value: 200 }, headers: JSON_TYPE,
      body: {
        prices: { 'pact:matcher:type': [
          { 'pact:matcher:type': 'eachKey', rules: [{ 'pact:matcher:type': 'regex', regex: '[A-Z]+' }] },
          { 'pact:matcher:type': 'eachValue', rules: [{ 'pact:matcher:type': 'type' }] },
        ], value: { EUR: 1.5 } },
        release: rule('semver', '1.0.0'), name: rule('notEmpty', 'Kim'),
        links: { 'pact:matcher:type': 'arrayContains', variants: [{ rel: rule('equality', 'self'), href: rule('type', '/a') }] },
      },
    },
    good: json(202, { prices: { SEK: 10, NOK: 11.5 }, release: '2.1.0-rc.1', name: 'Sam', links: [{ rel: 'next', href: '/c' }, { rel: 'self', href: '/b' }] }),
    bad: json(202, { prices: { SEK: 10, nok: 11.5 }, release: '2.1.0-rc.1', name: 'Sam', links: [{ rel: 'next', href: '/c' }, { rel: 'self', href: '/b' }] }),
  },
  {
    since: 4, message: true, description: 'an order was shipped',
    response: { contents: { contentType: 'application/json', content: { event: rule('regex', 'order.shipped', { regex: 'order\\.[a-z]+' }), id: rule('integer', 42) } }, metadata: { queue: 'orders' } },
    good: message({ event: 'order.paid', id: 7 }), bad: message({ event: 'order.paid', id: 'seven' }),
  },
  {
    since: 4, message: true, description: 'the price of an article is asked', sent: { contents: { contentType: 'application/json', content: { sku: 'TS-1' } } },
    request: { contents: { contentType: 'application/json', content: { sku: 'TS-1' } } },
    response: { contents: { contentType: 'application/json', content: { price: rule('decimal', 29.9) } } },
    good: json(200, { price: 12.75 }), bad: json(200, { price: 'high' }),
  },
];

const known = (spec) => kinds.filter(({ since }) => since <= spec);

function interaction({ message: isMessage, description, request, response }) {
  if (isMessage && request) return { type: 'Synchronous/Messages', description, request, response: [response] };
  if (isMessage) return { type: 'Asynchronous/Messages', description, ...response };
  return { type: 'Synchronous/HTTP', description, request, response };
}

function expectations(spec) {
  return {
    consumer: { name: `shop-${spec}` }, provider: { name: 'orders' },
    interactions: known(spec).map(interaction), metadata: { pactSpecification: { version: '4.0' } },
  };
}

const examplePath = ({ request: { path } }) => (typeof path === 'string' ? path : path.value);

async function consume(spec) {
  for (const kind of known(spec)) {
    const answer = kind.message
      ? await fetch(process.env.TALLY_MOCK_MESSAGES_URL, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify({ description: kind.description, request: kind.sent }) })
      : await fetch(process.env.TALLY_MOCK_URL + (kind.sent.path ?? examplePath(kind)), { method: kind.request.method, ...kind.sent });
    const { status = 200 } = kind.response;
    assert.strictEqual(answer.status, status.value ?? status, `${kind.description}: ${await answer.text()}`);
  }
}

function provide(which) {
  const server = http.createServer((request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      const target = request.url.replace(/\?.*/, '');
      const described = request.method === 'POST' && target === '/' ? JSON.parse(Buffer.concat(pieces)).description : null;
      const kind = kinds.find((one) => (one.message ? one.description === described
        : one.request.method === request.method && target === examplePath(one)));
      const fallback = json(target === '/provider-states' ? 200 : 404, {});
      const { status, headers, body } = kind ? kind[which] : fallback;
      response.writeHead(status, headers);
      response.end(body);
    });
  });
  server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
  process.on('SIGTERM', () => { server.closeAllConnections(); server.close(); });
}

const [role, argument] = process.argv.slice(2);
if (role === 'expectations') console.log(JSON.stringify(expectations(Number(argument)), null, 1));
else if (role === 'consume') consume(Number(argument)).catch((error) => { console.error(error.message); process.exitCode = 1; });
else provide(argument === '--bad' ? 'bad' : 'good');
