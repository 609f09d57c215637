// Writes contracts with the reference library: generate.js FOLDER.
//
// One file for each specification version that it knows, HTTP and messages, with the matchers nested
// into each other as tests do it.  Each consumer test below really asks the library's mock server,
// so nothing is in a contract that was not exercised.
'use strict';
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const {
  Interaction, MatchersV3, Matchers, MessageConsumerPact, Pact, PactV3, PactV4, SpecificationVersion,
} = require('@pact-foundation/pact');

const folder = path.resolve(process.argv[2]);

function ask(base, method, target, headers = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const request = http.request(new URL(target, base), { method, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece) => { text += piece; });
      answer.on('end', () => resolve({ status: answer.statusCode, text }));
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function expectStatus(status, answer) {
  const got = await answer;
  if (got.status !== status) throw new Error(`expected status ${status}, got ${got.status}: ${got.text}`);
}

const JSON_HEADERS = { 'Content-Type': 'application/json' };

async function version2() {
  const { eachLike, like, term, integer, boolean } = Matchers;
  const pact = new Pact({ consumer: 'shop-v2', provider: 'orders', dir: folder, spec: 2, logLevel: 'error' });
  await pact.setup();
  await pact.addInteraction(new Interaction()
    .given('order 42 exists')
    .uponReceiving('a request for order 42')
    .withRequest({
      method: 'GET',
      path: term({ generate: '/orders/42', matcher: '^/orders/\\d+$' }),
      query: { fields: 'all', page: term({ generate: '1', matcher: '\\d+' }) },
      headers: { Accept: 'application/json' },
    })
    .willRespondWith({
      status: 200,
      headers: { 'Content-Type': 'application/json', 'X-Version': term({ generate: '4', matcher: '\\d+' }) },
      body: like({
        id: integer(42),
        status: term({ generate: 'shipped', matcher: 'open|paid|shipped' }),
        gift: boolean(false),
        items: eachLike({ sku: like('TS-M'), tags: eachLike('cotton', { min: 1 }), quantity: like(2) }, { min: 2 }),
      }),
    }));
  await expectStatus(200, ask(pact.mockService.baseUrl, 'GET', '/orders/42?fields=all&page=1', { Accept: 'application/json' }));
  await pact.verify();
  await pact.addInteraction(new Interaction()
    .uponReceiving('a new order')
    .withRequest({ method: 'POST', path: '/orders', headers: JSON_HEADERS, body: like({ sku: 'TS-M', quantity: 2 }) })
    .willRespondWith({ status: 201, headers: JSON_HEADERS, body: { id: like(1), status: 'open' } }));
  await expectStatus(201, ask(pact.mockService.baseUrl, 'POST', '/orders', JSON_HEADERS, { sku: 'TS-M', quantity: 2 }));
  await pact.verify();
  await pact.finalize();
}

// The body that versions 3 and 4 share: each matcher of the library that compares values.
function everyMatcher() {
  const m = MatchersV3;
  return {
    id: m.integer(42),
    total: m.decimal(59.8),
    weight: m.number(1.5),
    status: m.regex(/open|paid|shipped/, 'shipped'),
    gift: m.boolean(false),
    cancelled: m.nullValue(),
    note: m.includes('fragile'),
    currency: m.equal('EUR'),
    customer: m.like({ name: 'Kim', address: { city: m.string('Oslo'), lines: m.eachLike('Road 1') } }),
    items: m.eachLike({
      sku: m.regex('[A-Z]+-\\d+', 'TS-1'),
      tags: m.atLeastLike('cotton', 1, 2),
      sizes: m.constrainedArrayLike(m.integer(38), 1, 5, 2),
      parts: m.eachLike({ code: m.string('P1'), spare: m.boolean(true) }),
    }, 1),
    exact: [1, 'two', null, true],
  };
}

async function version3() {
  const pact = new PactV3({ consumer: 'shop-v3', provider: 'orders', dir: folder, spec: SpecificationVersion.SPECIFICATION_VERSION_V3, logLevel: 'error' });
  const m = MatchersV3;
  await pact
    .given('order 42 exists', { total: 59.8 })
    .given('the shop is open')
    .uponReceiving('a request for everything about order 42')
    .withRequest({
      method: 'GET',
      path: m.regex('/orders/\\d+', '/orders/42'),
      query: { fields: ['id', 'items'], page: m.regex('\\d+', '1') },
      headers: { Accept: 'application/json', 'X-Request-Id': m.regex('[0-9a-f]{8}', 'deadbeef') },
    })
    .willRespondWith({ status: 200, headers: { 'Content-Type': 'application/json' }, body: everyMatcher() })
    .executeTest(async (mock) => expectStatus(200, ask(mock.url, 'GET', '/orders/42?fields=id&fields=items&page=1', { Accept: 'application/json', 'X-Request-Id': '00c0ffee' })));
  await pact
    .uponReceiving('a request for a text')
    .withRequest({ method: 'GET', path: '/motd' })
    .willRespondWith({ status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'Hello, tally!' })
    .executeTest(async (mock) => expectStatus(200, ask(mock.url, 'GET', '/motd')));
}

async function version3Messages() {
  const m = MatchersV3;
  const pact = new MessageConsumerPact({ consumer: 'mailer-v3', provider: 'orders', dir: folder, logLevel: 'error' });
  await pact
    .given({ name: 'order 42 exists', params: { channel: 'mail' } })
    .expectsToReceive('an order was shipped')
    .withContent({ event: m.regex('order\\.[a-z]+', 'order.shipped'), order: { id: m.integer(42), lines: m.eachLike({ sku: m.like('TS-1') }) } })
    .withMetadata({ queue: 'orders', contentType: 'application/json' })
    .verify(async () => undefined);
}

async function version4() {
  const m = MatchersV3;
  const pact = new PactV4({ consumer: 'shop-v4', provider: 'orders', dir: folder, logLevel: 'error' });
  await pact.addInteraction()
    .given('order 42 exists', { total: 59.8 })
    .uponReceiving('a request for everything about order 42')
    .withRequest('GET', '/orders/42', (request) => { request.query({ page: m.regex('\\d+', '1') }).headers({ Accept: 'application/json' }); })
    .willRespondWith(200, (response) => { response.headers({ 'X-Version': m.regex('\\d+', '4') }).jsonBody(everyMatcher()); })
    .executeTest(async (mock) => expectStatus(200, ask(mock.url, 'GET', '/orders/42?page=1', { Accept: 'application/json' })));
  await pact.addInteraction()
    .uponReceiving('a new order')
    .withRequest('POST', '/orders', (request) => { request.jsonBody(m.like({ sku: 'TS-1', quantity: m.integer(2) })); })
    .willRespondWith(201, (response) => { response.jsonBody({ id: m.integer(1), status: 'open' }); })
    .executeTest(async (mock) => expectStatus(201, ask(mock.url, 'POST', '/orders', JSON_HEADERS, { sku: 'TS-2', quantity: 1 })));
  await pact.addSynchronousInteraction('the price of an article is asked')
    .given('the shop is open')
    .withRequest((request) => { request.withJSONContent({ sku: m.string('TS-1') }); })
    .withResponse((response) => { response.withJSONContent({ sku: m.string('TS-1'), price: m.decimal(29.9) }); })
    .executeTest(async () => undefined);
}

async function version4Messages() {
  const m = MatchersV3;
  const pact = new MessageConsumerPact({ consumer: 'mailer-v4', provider: 'orders', dir: folder, spec: 4, logLevel: 'error' });
  await pact
    .given('order 42 exists')
    .expectsToReceive('an order was shipped')
    .withContent({ event: m.regex('order\\.[a-z]+', 'order.shipped'), orders: m.eachLike({ id: m.integer(42) }, 2) })
    .withMetadata({ contentType: 'application/json' })
    .verify(async () => undefined);
}

// Bytes, which the library writes in base64, with a rule for their type.
async function version4Bytes() {
  const pact = new PactV4({ consumer: 'archive-v4', provider: 'orders', dir: folder, logLevel: 'error' });
  await pact.addInteraction()
    .uponReceiving('a request for a picture')
    .withRequest('GET', '/picture')
    .willRespondWith(200, (response) => { response.body('image/png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0])); })
    .executeTest(async (mock) => expectStatus(200, ask(mock.url, 'GET', '/picture')));
}

async function main() {
  fs.mkdirSync(folder, { recursive: true });
  await version2();
  await version3();
  await version3Messages();
  await version4();
  await version4Messages();
  await version4Bytes();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
