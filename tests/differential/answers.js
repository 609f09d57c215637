// Answers that contracts expect, of each kind of body, with rules of each kind: the bases that
// verify.js has providers break.
//
// [what, { specs, kind, status, headers, metadata, body, rules, states, generators }, { good: [...] }]:
// the expected answer stands as broken.js has it; `good` are others that are right as well.
'use strict';
const { BOUNDARY } = require('./broken');

const T = { match: 'type' };
const re = (regex) => ({ match: 'regex', regex });
const is = (match, more = {}) => ({ match, ...more });
const or = (...matchers) => ({ combine: 'OR', matchers });
const typed = (type, ...more) => [['Content-Type', type], ...more];
const JSON_TYPE = typed('application/json');

const ORDER = { id: 42, total: '#59.80', status: 'open', paid: false, note: null, tags: ['a', 'b'], lines: [{ sku: 'TS-M', count: 1 }, { sku: 'TS-L', count: 2 }], customer: { name: 'Kim', address: { city: 'Oslo' } } };
const ANOTHER = { id: 7, total: '#1.25', status: 'paid', paid: true, note: null, tags: ['c'], lines: [{ sku: 'X-S', count: 12 }], customer: { name: 'Sam', address: { city: 'Lund' } } };

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const XML = ['orders', { version: '1' }, ['order', { id: '42' }, ['sku', {}, 'TS-M'], ['note', {}, 'fragile']], ['order', { id: '43' }, ['sku', {}, 'TS-L'], ['note', {}, 'none']]];
const SPACES = ['o:orders', { 'xmlns:o': 'urn:orders', xmlns: 'urn:more' }, ['o:order', { id: '42' }, ['sku', {}, 'TS-M']]];
const PARTS = [{ name: 'id', text: '42' }, { name: 'order', file: 'order.json', type: 'application/json', text: '{"count":1}' }, { name: 'readme', file: 'readme.txt', type: 'text/plain', text: 'hello' }];
const FORM_TYPE = typed('application/x-www-form-urlencoded');
const MULTIPART_TYPE = typed(`multipart/form-data; boundary=${BOUNDARY}`);

const RESPONSES = [
  ['an object', { headers: JSON_TYPE, body: { json: ORDER } }],
  ['an object by type', { headers: JSON_TYPE, body: { json: ORDER }, rules: { body: { $: T } } }, [ANOTHER]],
  ['an object by rules', { specs: '34', headers: JSON_TYPE, body: { json: ORDER }, rules: { body: {
    '$.id': is('integer'), '$.total': is('decimal'), '$.status': re('open|paid|shipped'), '$.paid': is('boolean'), '$.note': is('null'), '$.tags': { ...T, min: 1, max: 3 },
    '$.lines': { ...T, min: 1 }, '$.lines[*].sku': re('[A-Z]+-[SML]'), '$.lines[*].count': is('integer'), '$.customer': T, '$.customer.address.city': is('include', { value: 'sl' }) } } },
  [{ ...ANOTHER, customer: { name: 'Sam', address: { city: 'Nysland' } } }]],
  ['a list', { headers: JSON_TYPE, body: { json: [1, 'two', null, true, ['#2.5'], { a: 1 }] } }],
  ['a list by type', { headers: JSON_TYPE, body: { json: [{ id: 1, tags: ['a'] }] }, rules: { body: { $: { ...T, min: 1 }, '$[*].id': T, '$[*].tags': { ...T, min: 1 } } } },
    [[{ id: 5, tags: ['x', 'y'] }, { id: 6, tags: ['z'] }]]],
  ['a text in JSON', { headers: JSON_TYPE, body: { json: 'open' } }],
  ['a text in JSON by rule', { headers: JSON_TYPE, body: { json: 'open' }, rules: { body: { $: re('[a-z]+') } } }],
  ['a number in JSON', { headers: JSON_TYPE, body: { json: 42 }, rules: { body: { $: T } } }],
  ['empty ones', { headers: JSON_TYPE, body: { json: { list: [], map: {}, text: '' } } }],
  ['empty ones by type', { headers: JSON_TYPE, body: { json: { list: [], map: {}, text: '' } }, rules: { body: { '$.list': T, '$.map': T, '$.text': T } } }],
  ['dates and times', { specs: '34', headers: JSON_TYPE, body: { json: { day: '2024-02-29', hour: '10:20:30', moment: '2024-02-29T10:20:30Z' } },
    rules: { body: { '$.day': is('date', { format: 'yyyy-MM-dd' }), '$.hour': is('time', { format: 'HH:mm:ss' }), '$.moment': is('timestamp', { format: "yyyy-MM-dd'T'HH:mm:ssX" }) } },
    generators: { body: { '$.day': { type: 'Date', format: 'yyyy-MM-dd' } } } }],
  ['equality below type', { specs: '34', headers: JSON_TYPE, body: { json: { a: { unit: 'EUR', value: '#1.5' } } }, rules: { body: { $: T, '$.a.unit': is('equality') } } }],
  ['alternatives', { specs: '34', headers: JSON_TYPE, body: { json: { a: 'x', b: 1 } }, rules: { body: { '$.a': or(T, is('null')), '$.b': or(re('\\d+'), is('null')) } } }],
  ['two rules at once', { specs: '34', headers: JSON_TYPE, body: { json: { a: 'abc' } }, rules: { body: { '$.a': [T, is('include', { value: 'b' })] } } }],
  ['values', { specs: '34', headers: JSON_TYPE, body: { json: { prices: { EUR: '#1.5', SEK: '#10.25' } } }, rules: { body: { '$.prices': is('values'), '$.prices.*': T } } }],
  ['keys and values', { specs: '4', headers: JSON_TYPE, body: { json: { prices: { EUR: { net: 1 } } } },
    rules: { body: { '$.prices': [is('eachKey', { rules: [re('[A-Z]{3}')] }), is('eachValue', { rules: [T] })] } } }, [{ prices: { SEK: { net: 2 }, NOK: { net: 3 } } }]],
  ['variants', { specs: '4', headers: JSON_TYPE, body: { json: { links: [{ rel: 'self', href: '/a' }, { rel: 'next', href: '/b' }] } },
    rules: { body: { '$.links': is('arrayContains', { variants: [{ index: 0, rules: { '$.href': { combine: 'AND', matchers: [re('/.+')] } } }, { index: 1, rules: { '$.href': { combine: 'AND', matchers: [T] } } }] }) } } },
  [{ links: [{ rel: 'last', href: '/z' }, { rel: 'next', href: '/c' }, { rel: 'self', href: '/d' }] }]],
  ['versions and what is not empty', { specs: '4', headers: JSON_TYPE, body: { json: { release: '1.2.3', name: 'Kim', list: ['a'], map: { k: 1 } } },
    rules: { body: { '$.release': is('semver'), '$.name': is('notEmpty'), '$.list': is('notEmpty'), '$.map': is('notEmpty') } } }],
  ['names that need quotes', { headers: JSON_TYPE, body: { json: { 'a b': { 'c.d': 1, 'é': 'x' } } }, rules: { body: { "$['a b']['c.d']": T, "$['a b']['é']": re('[a-z]') } } }],
  ['hypermedia', { headers: typed('application/hal+json;charset=utf-8'), body: { json: { _links: { self: { href: '/orders/42' } } } }, rules: { body: { '$._links.self.href': re('/orders/\\d+') } } }],
  ['a problem', { status: 422, headers: typed('application/problem+json'), body: { json: { title: 'No stock', status: 422 } } }],
  ['JSON without a declared type', { headers: [], body: { json: { a: 1 } } }],

  ['headers', { headers: [['X-A', 'a'], ['X-Date', 'Sun, 12 Mar 2023 01:21:35 GMT'], ['Vary', 'Accept, Origin'], ['Cache-Control', 'no-cache, max-age=0'], ['Location', '/orders/42']], status: 201 }],
  ['headers by rules', { headers: [['X-Pages', '4'], ['Location', '/orders/42'], ['Content-Type', 'application/json'], ['ETag', '"a1"']], body: { json: { a: 1 } },
    rules: { header: { 'X-Pages': re('\\d+'), Location: re('/orders/\\d+'), 'Content-Type': re('application/.*json.*'), ETag: T } } }],
  ['headers by more rules', { specs: '34', headers: [['X-Count', '4'], ['X-Price', '1.5'], ['X-Paid', 'true'], ['X-Note', 'abc']],
    rules: { header: { 'X-Count': is('integer'), 'X-Price': is('decimal'), 'X-Paid': is('boolean'), 'X-Note': is('include', { value: 'b' }) } } }],
  ['cookies', { specs: '4', headers: [['Set-Cookie', 'a=1; Path=/']] }],
  ['a class of status', { specs: '4', status: 200, headers: [], rules: { status: is('statusCode', { status: 'success' }) } }],
  ['some of status', { specs: '4', status: 200, headers: [], rules: { status: is('statusCode', { status: [200, 201, 404] }) } }],
  ['an error', { status: 404, headers: JSON_TYPE, body: { json: { error: 'not found' } }, rules: { body: { '$.error': T } } }],
  ['only a status', { status: 202, headers: [] }],
  ['no content', { status: 200, headers: [], file: '' }],
  ['nothing in JSON', { specs: '3', headers: JSON_TYPE, file: null }],
  ['pending', { specs: '4', pending: true, headers: JSON_TYPE, body: { json: { a: 1 } } }],

  ['XML', { headers: typed('application/xml'), body: { xml: XML } }],
  ['XML by rules', { specs: '34', headers: typed('application/xml'), body: { xml: XML }, rules: { body: { '$.orders.order': T, "$.orders.order['@id']": re('\\d+'), "$.orders.order.sku['#text']": re('[A-Z]+-[SML]'), "$.orders.order.note['#text']": T } } }],
  ['XML with namespaces', { headers: typed('text/xml'), body: { xml: SPACES } }],

  ['text', { headers: typed('text/plain'), body: { text: 'Hello,\nJörg' } }],
  ['text by rule', { specs: '34', headers: typed('text/plain'), body: { text: 'order 42' }, rules: { body: { $: re('order \\d+') } } }],
  ['a page', { headers: typed('text/html'), body: { text: '<p>Hello</p>' } }],
  ['a table', { headers: typed('text/csv;charset=utf-8'), body: { text: 'a,b\n1,2\n' } }],
  ['a form', { headers: FORM_TYPE, body: { form: [['name', 'Ann B'], ['tag', 'a'], ['tag', 'b'], ['sum', '1.5']] } }],
  ['a form by rules', { specs: '34', headers: FORM_TYPE, body: { form: [['name', 'Ann B'], ['sum', '42']] }, rules: { body: { '$.name': T, '$.sum': re('\\d+') } } }],
  ['parts', { specs: '34', headers: MULTIPART_TYPE, body: { parts: PARTS } }],
  ['parts by rules', { specs: '4', headers: MULTIPART_TYPE, body: { parts: PARTS }, rules: { body: { '$.id': re('\\d+'), '$.order': is('contentType', { value: 'application/json' }), '$.readme': re('h.*') } } }],
  ['a picture', { specs: '4', headers: typed('image/png'), body: { bytes: PNG } }],
  ['any picture', { specs: '34', headers: typed('image/png'), body: { bytes: PNG }, rules: { body: { $: is('contentType', { value: 'image/png' }) } } }],
  ['octets', { specs: '4', headers: typed('application/octet-stream'), body: { bytes: PNG } }],
];

const META = { queue: 'orders', retry: 3, urgent: true, contentType: 'application/json' };
const MESSAGES = [
  ['a message', { headers: JSON_TYPE, metadata: META, body: { json: ORDER } }],
  ['a message by rules', { headers: JSON_TYPE, metadata: { queue: 'orders', id: 'a1' }, body: { json: { event: 'order.shipped', id: 42 } },
    rules: { body: { '$.event': re('order\\..+'), '$.id': is('integer') }, metadata: { queue: T, id: re('[a-f0-9]+') } } }],
  ['a message of text', { headers: typed('text/plain'), metadata: { contentType: 'text/plain' }, body: { text: 'shipped' } }],
  ['a message in XML', { headers: typed('application/xml'), metadata: { contentType: 'application/xml' }, body: { xml: XML } }],
  ['a message of bytes', { specs: '4', headers: typed('image/png'), metadata: {}, body: { bytes: PNG } }],
  ['a message without contents', { specs: '4', headers: [], metadata: { event: 'shipped' } }],
  ['a message that is pending', { specs: '4', pending: true, headers: JSON_TYPE, metadata: {}, body: { json: { a: 1 } } }],
].map(([what, base, good]) => [what, { specs: '34', kind: 'message', ...base }, good]);

const ANSWERS = MESSAGES.filter(([, { rules }]) => !rules || rules.body).map(([what, base, good]) => [`${what}, asked for`, { ...base, kind: 'answer', specs: '4' }, good]);

module.exports = { bases: [...RESPONSES.map(([what, base, good]) => [what, { specs: '234', kind: 'response', ...base }, good]), ...MESSAGES, ...ANSWERS] };
