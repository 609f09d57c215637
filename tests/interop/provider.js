// The orders service that the contracts of generate.js speak of: provider.js [--bad].
//
// Prints `listening on http://127.0.0.1:PORT`.  Its answers have other values than the contracts'
// examples, so that matching by rule is what passes.  With --bad each of them is wrong in one place.
// Messages are asked for as verifiers do: POST / with {"description"}.
'use strict';
const http = require('node:http');

const bad = process.argv.includes('--bad');
const states = new Set();

function everything(id) {
  return {
    id: bad ? String(id) : id,
    total: 120.25,
    weight: 3,
    status: 'paid',
    gift: true,
    cancelled: null,
    note: 'very fragile, this side up',
    currency: 'EUR',
    customer: { name: 'Sam', address: { city: 'Lund', lines: ['Lane 2', 'Floor 3'] } },
    items: [
      { sku: 'XL-77', tags: ['wool'], sizes: [40, 42, 44], parts: [{ code: 'A', spare: false }, { code: 'B', spare: true }] },
      { sku: 'Q-1', tags: ['silk', 'red'], sizes: [36], parts: [{ code: 'C', spare: true }] },
    ],
    exact: [1, 'two', null, true],
    more: 'than was asked for',
  };
}

function shortOrder(id) {
  const item = { sku: 'XL', tags: ['wool', 'red'], quantity: 5 };
  return { id, status: bad ? 'lost' : 'open', gift: true, items: [item, item, item] };
}

const messages = {
  'an order was shipped': () => ({
    event: bad ? 'parcel.shipped' : 'order.shipped',
    order: { id: 7, lines: [{ sku: 'XL-77' }, { sku: 'Q-1' }] },
    orders: [{ id: 7 }, { id: 8 }, { id: 9 }],
  }),
  'the price of an article is asked': () => ({ sku: 'XL-77', price: bad ? 'high' : 12.75 }),
};

function send(response, status, headers, body) {
  response.writeHead(status, headers);
  response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
}

const JSON_HEADERS = { 'Content-Type': 'application/json', 'X-Version': '17' };

function answer(request, response, text) {
  const url = new URL(request.url, 'http://provider');
  const route = `${request.method} ${url.pathname}`;
  const body = text ? JSON.parse(text) : {};
  if (route === 'POST /provider-states') {
    if (body.action === 'teardown') states.delete(body.state);
    else states.add(body.state);
    return send(response, 200, JSON_HEADERS, {});
  }
  if (route === 'POST /' && messages[body.description]) {
    const metadata = Buffer.from(JSON.stringify({ queue: 'orders' })).toString('base64');
    const type = body.description === 'an order was shipped' ? { 'Pact-Message-Metadata': metadata } : {};
    return send(response, 200, { 'Content-Type': 'application/json', ...type }, messages[body.description]());
  }
  if (route === 'GET /orders/42') {
    if (!states.has('order 42 exists')) return send(response, 404, JSON_HEADERS, { error: 'no such order' });
    return send(response, 200, JSON_HEADERS, url.searchParams.get('fields') === 'all' ? shortOrder(42) : everything(42));
  }
  if (route === 'POST /orders') return send(response, bad ? 200 : 201, JSON_HEADERS, { id: 99, status: 'open' });
  if (route === 'GET /motd') return send(response, 200, { 'Content-Type': 'text/plain' }, bad ? 'Goodbye' : 'Hello, tally!');
  if (route === 'GET /picture') {
    const picture = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52]);
    return send(response, 200, { 'Content-Type': 'image/png' }, bad ? Buffer.from('no picture today') : picture);
  }
  return send(response, 404, JSON_HEADERS, { error: 'nothing here' });
}

const server = http.createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (piece) => { text += piece; });
  request.on('end', () => answer(request, response, text));
});
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
process.on('SIGTERM', () => { server.closeAllConnections(); server.close(); });
