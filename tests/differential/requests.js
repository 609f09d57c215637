// Interactions whose requests are of every kind, for sent.js: [what, version, interaction].
'use strict';
const { num } = require('./values');

const JSON_TYPE = { 'Content-Type': ['application/json'] };
const http = (what, request, more) => [what, '4', { type: 'Synchronous/HTTP', ...more, request: { method: 'GET', path: '/a', ...request }, response: { status: 200 } }];
const older = (what, version, request) => [what, version, { request: { method: 'GET', path: '/a', ...request }, response: { status: 200 } }];
const body = (what, content, contentType, encoded = false, headers = { 'Content-Type': [contentType] }) => http(what, { method: 'POST', headers: headers ?? undefined, body: { content, contentType, encoded } });
const state = (name, params) => ({ name, params });
const from = (expression, dataType) => ({ type: 'ProviderState', expression, dataType });
const json = (content) => ({ content, contentType: 'application/json', encoded: false });
const message = (what, more) => [what, '4', { type: 'Asynchronous/Messages', contents: json({ given: 'values' }), ...more }];
const asked = (what, request, more) => [what, '4', { type: 'Synchronous/Messages', request, response: [{ contents: json({ given: 'values' }) }], ...more }];

const PATHS = ['/', '/a/', '/a//b', '/a b', '/a%20b', '/a%2Fb', '/é', '/a+b', '/a;b=c', "/a'b(c)*!$,", '/a@b:c', '/a/./b', '/a/../b', '/%E9', '/a%', '/~a_b-c.d'];
const ODD_PATHS = ['/a"b', '/a<b>', '/a`b', '/a{b}', '/a|b', '/a\\b', '/a^b', '/a[b]', '/a#b', '/a?b', 'a/b'];
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'post', 'PURGE'];
const QUERIES = [{ a: ['1'] }, { z: ['1'], a: ['2'] }, { a: ['1', '2'] }, { a: ['2', '1'], b: ['x'], c: [''] }, { a: ['x y'] }, { a: ['x+y'] }, { a: ['x&y=z'] }, { a: ['é'] }, { 'a[]': ['1', '2'] },
  { 'a b': ['1'] }, { a: ['x,y'] }, { a: ['100%'] }, { a: ["/:?@!$'()*;~-._"] }, { é: ['1'] }];
const TEXT_QUERIES = ['a=1', 'b=2&a=1', 'a=x%20y', 'a=x+y', 'a=', 'a=%2F', 'a=/', 'a=1&a=2', 'a=%E9', 'a=a:b'];

const REQUESTS = [
  ...[...PATHS, ...ODD_PATHS].map((path) => http(`path ${path}`, { path })),
  ...METHODS.map((method) => http(`method ${method}`, { method })),
  ...QUERIES.map((query) => http(`query ${JSON.stringify(query)}`, { query })),
  http('a parameter without a value', { query: { flag: [null] } }),
  ...TEXT_QUERIES.flatMap((query) => ['2', '3'].map((version) => older(`query ${query}`, version, { query }))),
  older('a parameter without a value', '2', { query: 'flag' }),

  ...['application/json', 'text/plain;q=0.5', '*/*'].map((accept) => http(`Accept: ${accept}`, { headers: { Accept: [accept] } })),
  http('Accept with two values', { headers: { Accept: ['text/html', 'text/plain;q=0.5'] } }),
  http('other lists', { headers: { 'Accept-Language': ['de', 'en;q=0.5'], 'Cache-Control': ['no-cache', 'no-store'], 'If-None-Match': ['"a"', '"b"'] } }),
  http('a header twice', { headers: { 'X-A': ['1', '2'] } }),
  http('an empty header', { headers: { 'X-A': [''] } }),
  http('a header with commas', { headers: { 'X-A': ['a, b'] } }),
  older('a header with commas', '3', { headers: { 'X-A': 'a, b', Date: 'Sun, 12 Mar 2023 01:21:35 GMT' } }),
  older('a list of headers', '3', { headers: { Accept: 'a/b, c/d' } }),
  http('credentials', { headers: { Authorization: ['Bearer abc'], Cookie: ['a=1; b=2'] } }),
  http('a user agent', { headers: { 'User-Agent': ['mine/1'] } }),
  http('a host', { headers: { Host: ['orders.example'] } }),
  http('an encoding', { headers: { 'Accept-Encoding': ['identity'] } }),

  http('no body', { method: 'POST' }),
  http('an empty body', { method: 'POST', headers: JSON_TYPE, body: { content: '' } }),
  body('null', null, 'application/json'),
  body('null in text', null, 'text/plain'),
  older('null', '3', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: null }),
  older('null without a type', '3', { method: 'POST', body: null }),
  body('JSON', { b: 1, a: ['x', null, true, { c: 'é' }] }, 'application/json'),
  body('digits', { a: num('59.80'), b: num('1e2'), c: num('12345678901234567890') }, 'application/json'),
  older('JSON', '2', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: { b: 1, a: ['x'] } }),
  older('JSON without a type', '3', { method: 'POST', body: { b: 1 } }),
  body('JSON with a type of its own', { a: 1 }, 'application/vnd.orders+json'),
  body('a text in JSON', 'abc', 'application/json'),
  older('a text in JSON', '3', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: 'abc' }),
  body('JSON as text', '{"a": 1}', 'application/json', 'JSON'),
  body('text', 'Hello,\r\nJörg', 'text/plain'),
  older('text', '3', { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: 'abc' }),
  body('XML', '<?xml version="1.0"?><a b="c">d</a>', 'application/xml'),
  body('a form', 'a=1&b=x+y&b=%C3%A9', 'application/x-www-form-urlencoded'),
  body('parts', '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n', 'multipart/form-data; boundary=x'),
  body('bytes', Buffer.from([0x89, 0x50, 0, 0xff]).toString('base64'), 'image/png', 'base64'),
  older('bytes', '3', { method: 'POST', headers: { 'Content-Type': 'image/png' }, body: Buffer.from([0x89, 0x50, 0, 0xff]).toString('base64') }),
  body('a type that no header has', { a: 1 }, 'application/json', false, null),
  http('a body with GET', { headers: JSON_TYPE, body: json({ a: 1 }) }),
  http('a body with DELETE', { method: 'DELETE', headers: JSON_TYPE, body: json({ a: 1 }) }),

  http('a state', {}, { providerStates: [state('one')] }),
  http('a state with parameters', {}, { providerStates: [state('one', { n: 1, d: 1.5, s: 'x y', t: true, nothing: null, list: [1, 'a'], map: { k: 'v' }, 'a b': 'é&' })] }),
  http('two states', {}, { providerStates: [state('one', { n: 1 }), state('two', {})] }),
  http('a state twice', {}, { providerStates: [state('one', { n: 1 }), state('one', { n: 2 })] }),
  http('a state with signs', {}, { providerStates: [state('é "one" & <two>\n')] }),
  [`the state of version 2`, '2', { providerState: 'one', request: { method: 'GET', path: '/a' }, response: { status: 200 } }],
  [`the states of version 3`, '3', { providerStates: [{ name: 'one', params: { n: 1 } }, { name: 'two' }], request: { method: 'GET', path: '/a' }, response: { status: 200 } }],

  http('values of a state', { method: 'POST', path: '/orders/1', query: { q: ['1'] }, headers: { ...JSON_TYPE, 'X-Token': ['t'] }, body: json({ id: 1, name: 'x', url: 'u' }),
    generators: { path: from('/orders/${id}'), query: { q: from('${name}') }, header: { 'X-Token': from('Bearer ${token}') }, body: { '$.id': from('${id}', 'INTEGER'), '$.name': from('${name}') } } },
  { providerStates: [state('values', { name: 'from the parameters', id: 1 })] }),
  http('values of two states', { path: '/orders/1', generators: { path: from('/orders/${id}/${name}/${n}') } }, { providerStates: [state('values', { n: 5 }), state('one', { n: 6 })] }),
  http('values that are missing', { path: '/orders/1', generators: { path: from('/orders/${missing}') } }, { providerStates: [state('values')] }),

  message('a message', {}),
  message('a message with states', { providerStates: [state('one', { n: 1 }), state('two')] }),
  message('a message with metadata', { metadata: { queue: 'orders', n: 1 } }),
  message('a message of text', { contents: { content: 'values', contentType: 'text/plain', encoded: false } }),
  message('a message with a name of signs', { description: 'é "one" & <two>' }),
  asked('an answer', { contents: json({ a: 1 }) }),
  asked('an answer with states and metadata', { contents: json({ a: 1 }), metadata: { queue: 'orders', n: 1 } }, { providerStates: [state('one', { n: 1 })] }),
  asked('an answer to text', { contents: { content: 'abc', contentType: 'text/plain', encoded: false } }),
  asked('an answer to bytes', { contents: { content: 'iVAA/w==', contentType: 'image/png', encoded: 'base64' } }),
  asked('an answer to nothing', {}),
  asked('two answers', { contents: json({ a: 1 }) }, { response: [{ contents: json({ given: 'values' }) }, { contents: json({ given: 'more' }) }] }),
];

module.exports = { REQUESTS };
