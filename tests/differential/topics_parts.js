// Everything but JSON bodies: path, query, headers, status, metadata, content types, presence of
// bodies, text, forms, binary content.
'use strict';

const T = { match: 'type' };
const re = (regex) => ({ match: 'regex', regex });
const JSON_TYPE = 'application/json';
const json = (value, type = JSON_TYPE) => ({ type, json: value });
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex');

// [topic, expected path, rules, [actual paths]]; @ID is the case's own name.
const PATHS = [
  ['path', '/@ID/a', null, ['/@ID/a', '/@ID/A', '/@ID/a/', '/@ID//a', '/@ID/%61', '/@ID']],
  ['path with escapes', '/@ID/a%20b', null, ['/@ID/a%20b', '/@ID/a+b']],
  ['path by pattern', '/@ID/1', { path: re('/@ID/\\d+') }, ['/@ID/1', '/@ID/22', '/@ID/x', '/@ID/1/', '/x/@ID/1']],
  ['path by include', '/@ID/1', { path: { match: 'include', value: '@ID' } }, ['/@ID/1', '/x/@ID', '/y']],
  ['path by two', '/@ID/1', { path: [re('/@ID/.*'), re('.*/1')] }, ['/@ID/1', '/@ID/2', '/@ID/x/1']],
];

// [topic, expected query, rules, [actual raw queries]]
const QUERIES = [
  ['query', { a: ['1'] }, null, ['a=1', 'a=2', '', undefined, 'a=1&b=2', 'a=1&a=1', 'b=1', 'A=1', 'a', 'a=', '&a=1&', 'a=%31', 'a=1%20', 'a=+1']],
  ['no query', undefined, null, ['a=1', '', undefined, 'a']],
  ['query without value', { a: [''] }, null, ['a', 'a=', 'a=1', '']],
  ['repeated query', { a: ['1', '2'] }, null, ['a=1&a=2', 'a=2&a=1', 'a=1', 'a=1&a=2&a=3', 'a=1,2']],
  ['repeated query with a rule', { a: ['1', '2'] }, { query: { a: re('\\d') } }, ['a=1&a=2', 'a=2&a=1', 'a=1', 'a=1&a=2&a=3', 'a=x&a=1', 'a=1&a=x']],
  ['query by type', { a: ['1'] }, { query: { a: T } }, ['a=1', 'a=x', 'a=', 'a', 'a=1&a=2', '']],
  ['query by type with bounds', { a: ['1'] }, { query: { a: { ...T, min: 2 } } }, ['a=1', 'a=1&a=2', 'a=1&a=2&a=3']],
  ['query by max', { a: ['1'] }, { query: { a: { ...T, max: 2 } } }, ['a=1', 'a=1&a=2', 'a=1&a=2&a=3']],
  ...['integer', 'decimal', 'number', 'boolean', 'notEmpty', 'semver', 'equality', 'null', 'date'].map((match) =>
    [`query by ${match}`, { a: ['1'] }, { query: { a: { match } } }, ['a=1', 'a=1.5', 'a=x', 'a=', 'a=true', 'a=1.2.3', 'a=1e2', 'a=2024-02-29', 'a=1&a=2', 'a=%2B1', 'a=1.', 'a=.5', 'a=inf', 'a=NaN', 'a=0x1']]),
  ['signs of integers', { a: ['1'] }, { query: { a: { match: 'integer' } } }, ['a=-5']],
  ['query by include', { a: ['abc'] }, { query: { a: { match: 'include', value: 'b' } } }, ['a=b', 'a=x', 'a=abc&a=x']],
  ['query by or', { a: ['1'] }, { query: { a: { combine: 'OR', matchers: [re('\\d'), re('[a-z]')] } } }, ['a=1', 'a=x', 'a=X', 'a=1&a=x']],
  ['query rule with an index', { a: ['1'] }, { query: { 'a[0]': re('\\d') } }, ['a=2', 'a=x']],
  ['query rule as a path', { a: ['1'] }, { query: { '$.a': re('\\d') } }, ['a=2', 'a=x']],
  ['query with brackets', { 'a[]': ['1', '2'] }, null, ['a[]=1&a[]=2', 'a%5B%5D=1&a%5B%5D=2', 'a[]=2&a[]=1', 'a=1&a=2']],
  ['rule for brackets', { 'a[]': ['1'] }, { query: { 'a[]': re('\\d') } }, ['a[]=2', 'a[]=x', 'a[]=1&a[]=2']],
  ['version 2 rule for brackets', { 'a[]': ['1'] }, { query: { 'a[]': re('\\d') } }, ['a[]=2', 'a[]=x'], { spec: '2', alone: true }],
  ['query of signs', { q: ['a b&c=d'] }, null, ['q=a+b%26c%3Dd', 'q=a%20b%26c=d', 'q=a%2Bb%26c%3Dd']],
  ['query of unicode', { q: ['ä'] }, null, ['q=%C3%A4', 'q=%E4']],
  ['method', undefined, null, [undefined], { method: 'PUT' }],
];

// [topic, expected headers, rules, [actual header lists]]
const H = (...values) => values.map((value) => ['X-A', value]);
const HEADERS = [
  ['header', { 'X-A': ['a'] }, null, [H('a'), H('A'), H(' a '), H('b'), H(''), [], [['x-a', 'a']], H('a', 'a'), H('a,b'), [...H('a'), ['X-B', '1']]]],
  ['header with commas', { 'X-A': ['a,b'] }, null, [H('a,b'), H('a, b'), H('a ,b'), H('a', 'b'), H('b,a'), H('a')]],
  ['header list', { Vary: ['a', 'b'] }, null, [[['Vary', 'a, b']], [['Vary', 'a,b']], [['Vary', 'a'], ['Vary', 'b']], [['Vary', 'b, a']], [['Vary', 'a']], [['Vary', 'a, b, c']], [['Vary', 'A, b']]]],
  ['header of dates', { 'Last-Modified': ['Sun, 12 Mar 2023 01:21:35 GMT'] }, null, [[['Last-Modified', 'Sun, 12 Mar 2023 01:21:35 GMT']], [['Last-Modified', 'Sun,12 Mar 2023 01:21:35 GMT']]]],
  ['header by pattern', { 'X-A': ['1'] }, { header: { 'X-A': re('\\d+') } }, [H('22'), H('x'), H(' 22 '), H('2', '3'), H('2', 'x'), [['x-a', '5']], [], H('2,3')]],
  ['header rule in another case', { 'X-A': ['1'] }, { header: { 'x-a': re('\\d+') } }, [H('22'), H('x')]],
  ['header rule as a path', { 'X-A': ['1'] }, { header: { '$.X-A': re('\\d+') } }, [H('22'), H('x')]],
  ['header rule as a quoted path', { 'X-A': ['1'] }, { header: { "$['X-A']": re('\\d+') } }, [H('22'), H('x')]],
  ['header by type', { 'X-A': ['1'] }, { header: { 'X-A': T } }, [H('x'), H(''), [], H('a', 'b')]],
  ['header by or', { 'X-A': ['1'] }, { header: { 'X-A': { combine: 'OR', matchers: [re('\\d+'), re('[a-z]')] } } }, [H('22'), H('x'), H('X')]],
  ...['integer', 'decimal', 'number', 'boolean', 'notEmpty', 'semver'].map((match) => [`header by ${match}`, { 'X-A': ['1'] }, { header: { 'X-A': { match } } }, [H('1'), H('1.5'), H('x'), H('true'), H('1.2.3'), H(' 1 ')]]),
  ['list by pattern', { Accept: ['text/plain', 'text/html'] }, { header: { Accept: re('text/.*') } }, [[['Accept', 'text/plain, text/html']], [['Accept', 'text/css']], [['Accept', 'text/css, image/png']]]],
  ['whole list by pattern', { Vary: ['a', 'b'] }, { header: { Vary: re('a, b') } }, [[['Vary', 'a, b']], [['Vary', 'a,b']]]],
  ['accept', { Accept: ['text/plain;q=0.5'] }, null, [[['Accept', 'text/plain;q=0.5']], [['Accept', 'text/plain; q=0.5']], [['Accept', 'text/plain;q=0.5;level=1']], [['Accept', 'text/plain']], [['Accept', 'TEXT/plain;q=0.5']], [['Accept', 'text/plain;Q=0.5']], [['Accept', 'text/html;q=0.5']]]],
  ['accept in any order', { Accept: ['a/a', 'b/b'] }, null, [[['Accept', 'b/b, a/a']], [['Accept', 'a/a, b/b']], [['Accept', 'a/a;q=1, b/b']]]],
  ['content type', { 'Content-Type': ['text/plain;charset=utf-8'] }, null, [[['Content-Type', 'text/plain;charset=utf-8']], [['Content-Type', 'text/plain; charset=UTF-8']], [['Content-Type', 'text/plain']], [['Content-Type', 'text/plain;charset=utf-8;x=y']], [['content-type', 'text/plain;charset=utf-8']], [['Content-Type', 'Text/Plain;charset=utf-8']]]],
  ['content type without parameters', { 'Content-Type': [JSON_TYPE] }, null, [[['Content-Type', `${JSON_TYPE};charset=utf-8`]], [['Content-Type', 'application/hal+json']], [['Content-Type', 'Application/JSON']], []]],
  ['content type by rule', { 'Content-Type': [JSON_TYPE] }, { header: { 'Content-Type': re('application/.*json.*') } }, [[['Content-Type', 'application/hal+json;charset=utf-8']], [['Content-Type', 'text/plain']]]],
];

// Whole parts: [topic, expected, rules, [actual]].
const TYPES = [JSON_TYPE, `${JSON_TYPE};charset=utf-8`, 'application/hal+json', 'text/plain', 'text/plain;charset=utf-8', 'application/octet-stream', undefined];
const typed = (type, body) => ({ headers: type ? [['Content-Type', type]] : [], body });
const PARTS = [
  ...TYPES.filter((type) => type).map((type) => ['content types', { body: { type, ...(type.includes('json') ? { json: { a: 1 } } : { text: '{"a":1}' }) } }, null, TYPES.map((actual) => typed(actual, '{"a":1}'))]),
  ['expected body missing', {}, null, [{}, typed(JSON_TYPE, '{"a":1}'), typed('text/plain', 'x'), typed(JSON_TYPE, 'null')]],
  ['expected body missing, type declared', { headers: { 'Content-Type': [JSON_TYPE] } }, null, [typed(JSON_TYPE, undefined), typed(JSON_TYPE, '{"a":1}')]],
  ['expected body empty', { body: { file: { content: '', contentType: JSON_TYPE, encoded: false } } }, null, [{}, typed(JSON_TYPE, '{"a":1}'), typed(JSON_TYPE, undefined), typed('text/plain', 'x')]],
  ['expected body present', { body: json({ a: 1 }) }, null, [{}, typed(JSON_TYPE, undefined), typed(JSON_TYPE, 'null'), typed(JSON_TYPE, '{}'), typed(undefined, '{"a":1}')]],
  ['expected null', { body: { file: null }, headers: { 'Content-Type': [JSON_TYPE] } }, null, [typed(JSON_TYPE, 'null'), typed(JSON_TYPE, undefined), typed(JSON_TYPE, '{}')], { spec: '3' }],
  ['JSON without a type', { body: { file: { '@t': 1 } } }, null, [typed(JSON_TYPE, '{"@t":1}'), typed(JSON_TYPE, '{"@t":2}')], { spec: '3' }],
  ['expected text', { body: { type: 'text/plain', text: 'abc' } }, null, [typed('text/plain', 'abc'), typed('text/plain', 'abc\n'), typed('text/plain', undefined), typed('text/plain', 'ABC'), typed(JSON_TYPE, '"abc"')]],
  ...['[a-z]+', 'b', '.*', '(?m).*'].map((pattern) => ['text by pattern', { body: { type: 'text/plain', text: 'abc' } }, { body: { $: re(pattern) } }, ['abc', 'b', 'a\nb', 'A', ''].map((text) => typed('text/plain', text || undefined))]),
  ...['type', 'integer', 'decimal', 'number', 'boolean', 'notEmpty', 'semver', 'date', 'equality', 'null', 'eachValue', 'arrayContains'].map((match) =>
    ['text by rule', { body: { type: 'text/plain', text: '1' } }, { body: { $: { match, ...(match === 'eachValue' ? { rules: [T] } : match === 'arrayContains' ? { variants: [] } : {}) } } }, ['1', 'x', '1.5', '-1.5', 'true', '1.2.3', '2024-02-29'].map((text) => typed('text/plain', text))]),
  ['form', { body: { type: 'application/x-www-form-urlencoded', text: 'a=1&b=x+y' }, headers: { 'Content-Type': ['application/x-www-form-urlencoded'] } }, null,
    ['a=1&b=x+y', 'b=x%20y&a=1', 'a=1', 'a=1&b=x+y&c=1', 'a=2&b=x+y', 'a=1&b=x+y&a=1'].map((text) => typed('application/x-www-form-urlencoded', text))],
  ['form by rules', { body: { type: 'application/x-www-form-urlencoded', text: 'a=1&b=x' }, headers: { 'Content-Type': ['application/x-www-form-urlencoded'] } }, { body: { '$.a': re('\\d+'), '$.b': T } },
    ['a=22&b=yy', 'a=x&b=y', 'a=1&a=2&b=x', 'a=1', 'a=1&b='].map((text) => typed('application/x-www-form-urlencoded', text))],
  ['binary', { body: { type: 'image/png', text: PNG }, headers: { 'Content-Type': ['image/png'] } }, null, [typed('image/png', PNG), typed('image/png', JPEG), typed('image/jpeg', PNG)]],
  ['binary by content', { body: { type: 'image/png', text: PNG }, headers: { 'Content-Type': ['image/png'] } }, { body: { $: { match: 'contentType', value: 'image/png' } } }, [typed('image/png', PNG), typed('image/png', JPEG), typed('image/png', Buffer.concat([PNG, JPEG]))]],
  ['octets', { body: { type: 'application/octet-stream', text: PNG } }, null, [typed('application/octet-stream', PNG), typed('application/octet-stream', JPEG), typed(undefined, PNG)]],
];

const CODES = [100, 200, 201, 204, 299, 301, 304, 399, 400, 404, 422, 499, 500, 503, 599].filter((code) => code >= 200);
const STATUSES = [
  ['status', null, CODES],
  ...['info', 'success', 'redirect', 'clientError', 'serverError', 'nonError', 'error', [200, 422]].map((status) => ['status by class', { status: { match: 'statusCode', status } }, CODES]),
  ['status by class without a class', { status: { match: 'statusCode' } }, [200, 404]],
  ['status by pattern', { status: re('2\\d\\d') }, [200, 204, 404]],
  ['status by type', { status: T }, [200, 404]],
  ['status by integer', { status: { match: 'integer' } }, [200, 404]],
];

const METADATA = [
  ['metadata', { k: 'a' }, null, [{ k: 'a' }, { k: 'b' }, {}, { k: 'a', l: 1 }, { K: 'a' }, { k: null }, { k: ['a'] }]],
  ['metadata numbers', { k: 1 }, null, [{ k: 1 }, { k: '1' }, { k: '#1.0' }, { k: 2 }]],
  ['metadata by pattern', { k: 'a' }, { metadata: { k: re('[a-z]') } }, [{ k: 'b' }, { k: 'B' }, {}, { k: 1 }, { k: ['a'] }]],
  ['metadata by path', { k: 'a' }, { metadata: { '$.k': re('[a-z]') } }, [{ k: 'b' }, { k: 'B' }]],
  ['metadata by type', { k: 1 }, { metadata: { k: T } }, [{ k: 2 }, { k: '2' }, { k: null }]],
  ['metadata maps', { k: { x: 1 } }, null, [{ k: { x: 1 } }, { k: { x: 2 } }, { k: { x: 1, y: 2 } }]],
  ['metadata maps by type', { k: { x: 1 } }, { metadata: { k: T } }, [{ k: { x: 2 } }, { k: { x: 'a' } }, { k: {} }, { k: { y: 1 } }, { k: [] }, { k: 1 }]],
  ['metadata lists by type', { k: [1] }, { metadata: { k: T } }, [{ k: [2] }, { k: ['a'] }, { k: [] }, { k: {} }]],
  ['metadata lists by pattern', { k: ['a'] }, { metadata: { k: re('\\["a"\\]') } }, [{ k: ['a'] }, { k: ['b'] }]],
  ['metadata content type', { contentType: 'application/json;charset=utf-8' }, null, [{}, { contentType: 'application/json;charset=utf-8' }, { contentType: 'application/json; charset=UTF-8' }]],
];

const whole = (add, kinds) => ([topic, expected, rules, actuals, options = {}]) => actuals.forEach((actual) => kinds.forEach((kind) => add(topic, { rules, ...options }, kind, actual, { expected })));

function each(add) {
  PATHS.forEach(([topic, path, rules, actuals]) => actuals.forEach((actual) => add(topic, { rules }, 'request', { path: actual }, { expected: { path } })));
  QUERIES.forEach(([topic, query, rules, actuals, options = {}]) => actuals.forEach((actual) => add(topic, { rules, ...options }, 'request',
    { query: actual, ...(options.method ? { method: options.method } : {}) }, { expected: { query } })));
  HEADERS.forEach(([topic, headers, rules, actuals]) => whole(add, ['request', 'response'])([topic, { headers }, rules, actuals.map((actual) => ({ headers: actual }))]));
  PARTS.forEach(whole(add, ['request', 'response']));
  STATUSES.forEach(([topic, rules, actuals]) => actuals.forEach((status) => add(topic, { rules }, 'response', { status }, { expected: { status: 200 } })));
  METADATA.forEach(([topic, metadata, rules, actuals]) => actuals.forEach((actual) => add(topic, { rules }, 'message',
    { headers: [['Content-Type', JSON_TYPE]], body: '{"a":1}', metadata: actual }, { expected: { metadata, body: json({ a: 1 }) } })));
}

module.exports = { each };
