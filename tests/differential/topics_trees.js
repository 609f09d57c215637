// XML and multipart bodies: [topic, expected, rules, [actual, ...], options].  Each is asked as a
// request (strict) and answered as a response (lenient), in version 4 unless options say otherwise.
'use strict';

const T = { match: 'type' };
const re = (regex) => ({ match: 'regex', regex });
const or = (...matchers) => ({ combine: 'OR', matchers });
const XML = 'application/xml';

const LIST = '<o><i id="1">a</i><i id="2">b</i></o>';
const LISTS = [LIST, '<o><i id="1">a</i></o>', '<o><i id="1">a</i><i id="2">b</i><i id="3">c</i></o>', '<o/>', '<o><i id="2">b</i><i id="1">a</i></o>', '<o><i id="x">1</i></o>', '<o><i>a</i></o>', '<o><j/></o>'];
const TEXTS = ['<a>abc</a>', '<a>x</a>', '<a>1</a>', '<a>-1</a>', '<a>1.5</a>', '<a>true</a>', '<a>1.2.3</a>', '<a>2024-02-29</a>', '<a/>', '<a> abc </a>', '<a><b/></a>', '<a k="1">abc</a>'];

const ROWS = [
  ['XML', '<a k="1"><b>x</b></a>', null, ['<a k="1"><b>x</b></a>', '<a k="1">\n  <b>x</b>\n</a>', '<?xml version="1.0" encoding="UTF-8"?><a k="1"><b>x</b></a>', '<!-- c --><a k="1"><!-- c --><b>x</b></a>', '<a k="1"><b> x </b></a>', "<a k='1'><b>x</b></a>", '<a k="2"><b>x</b></a>', '<a><b>x</b></a>', '<a k="1" l="2"><b>x</b></a>', '<a k="1"><b>y</b></a>', '<a k="1"><b/></a>', '<a k="1"/>', '<a k="1"><b>x</b><c/></a>', '<a k="1"><b>x</b><b>x</b></a>', '<a k="1"><B>x</B></a>', '<z k="1"><b>x</b></z>', '<a k="1"><b><![CDATA[x]]></b></a>', '<a k="1"><b>&#120;</b></a>', '<a k="1"><b>x</b>', 'x', undefined]],
  ['XML, no attributes', '<a/>', null, ['<a/>', '<a></a>', '<a k="1"/>', '<a>x</a>', '<a> </a>', '<a><b/></a>']],
  ['XML, order of attributes', '<a k="1" l="2"/>', null, ['<a l="2" k="1"/>', '<a k="2" l="1"/>', '<a k="1"/>']],
  ['XML, order of children', '<a><b/><c/></a>', null, ['<a><b/><c/></a>', '<a><c/><b/></a>', '<a><b/></a>', '<a><b/><c/><d/></a>']],
  ['XML lists', LIST, null, LISTS],
  ['XML, mixed content', '<a>x<b/>y</a>', null, ['<a>x<b/>y</a>', '<a>xy<b/></a>', '<a>x<b/></a>', '<a>x<b/>z</a>', '<a><b/>xy</a>']],
  ['XML, entities', '<a>&lt;&amp;</a>', null, ['<a>&lt;&amp;</a>', '<a>&#60;&#38;</a>', '<a><![CDATA[<&]]></a>', '<a>&lt;</a>']],
  ['XML, inner blanks', '<a>x  y</a>', null, ['<a>x  y</a>', '<a>x y</a>', '<a>\n x  y\n</a>']],
  ['XML, signs', '<a>äöü €</a>', null, ['<a>äöü €</a>', '<a>&#228;&#246;&#252; &#x20ac;</a>', '<a>aou €</a>', '<a>&#228;öü €</a>', '<a>äöü &#x20ac;</a>', '<a>äöü&#32;€</a>']],
  ['XML, references behind signs', '<a>ä b</a>', null, ['<a>ä&#32;b</a>', '<a>ä &#98;</a>', '<a>&#228; b</a>']],
  ['XML, references in front', '<a>b €</a>', null, ['<a>b&#32;€</a>', '<a>&#98; €</a>', '<a>b &#8364;</a>']],
  ['XML, references', '<a k="ä">xyz</a>', null, ['<a k="ä">x&#121;z</a>', '<a k="ä">&#120;&#121;&#122;</a>', '<a k="&#228;">xyz</a>', '<a k="ä">x<![CDATA[y]]>z</a>', '<a k="ä">x<!-- c -->yz</a>']],

  // Rules on texts and attributes
  ...['type', 'integer', 'decimal', 'number', 'boolean', 'notEmpty', 'semver', 'equality', 'date', 'null'].flatMap((match) => [
    ['XML text by rule', '<a>abc</a>', { body: { "$.a['#text']": { match } } }, TEXTS],
    ['XML attribute by rule', '<a k="abc"/>', { body: { "$.a['@k']": { match } } }, ['<a k="abc"/>', '<a k="x"/>', '<a k="1"/>', '<a k="-1"/>', '<a k="1.5"/>', '<a k="true"/>', '<a k="1.2.3"/>', '<a k=""/>', '<a/>', '<a l="x"/>', '<a k="x" l="y"/>']],
  ]),
  ['XML text by pattern', '<a>abc</a>', { body: { "$.a['#text']": re('[a-z]+') } }, TEXTS],
  ['XML text by pattern, dotted', '<a>abc</a>', { body: { '$.a.#text': re('[a-z]+') } }, TEXTS],
  ['XML text by include', '<a>abc</a>', { body: { "$.a['#text']": { match: 'include', value: 'b' } } }, ['<a>abc</a>', '<a>b</a>', '<a>x</a>', '<a/>']],
  ['XML text by or', '<a>abc</a>', { body: { "$.a['#text']": or(re('\\d+'), re('[a-z]+')) } }, ['<a>1</a>', '<a>z</a>', '<a>Z</a>']],
  ['XML text by and', '<a>abc</a>', { body: { "$.a['#text']": [re('[a-z]+'), { match: 'include', value: 'b' }] } }, ['<a>b</a>', '<a>z</a>', '<a>B</a>']],
  ['XML attribute by pattern', '<a k="1"/>', { body: { "$.a['@k']": re('\\d+') } }, ['<a k="22"/>', '<a k="x"/>', '<a/>']],
  ['XML attribute by pattern, dotted', '<a k="1"/>', { body: { '$.a.@k': re('\\d+') } }, ['<a k="22"/>', '<a k="x"/>']],
  ['XML texts of a list', LIST, { body: { "$.o.i['#text']": T, "$.o.i['@id']": re('\\d+') } }, LISTS],

  // Rules on elements
  ['XML type', '<a k="1"><b>x</b></a>', { body: { '$.a': T } }, ['<a k="2"><b>y</b></a>', '<a k="2"><b>y</b><b>z</b></a>', '<a k="2"/>', '<a><b>y</b></a>', '<a k="2" l="3"><b>y</b></a>', '<a k="2"><b>y</b><c/></a>', '<z k="1"><b>x</b></z>', '<a k="2"><b/></a>']],
  ['XML type of a list', LIST, { body: { '$.o': T } }, LISTS],
  ['XML type of items', LIST, { body: { '$.o.i': T } }, LISTS],
  ['XML type of one item', '<o><i id="1">a</i></o>', { body: { '$.o.i': T } }, LISTS],
  ['XML type and equality', '<a k="1"><b>x</b></a>', { body: { '$.a': T, '$.a.b': { match: 'equality' } } }, ['<a k="2"><b>x</b></a>', '<a k="1"><b>y</b></a>']],
  ['XML stars', '<a k="1"><b>x</b></a>', { body: { '$.a.*': T } }, ['<a k="2"><b>y</b></a>', '<a k="1"><b>y</b></a>', '<a k="2"><b>x</b></a>', '<a k="1"/>']],
  ['XML stars in between', '<a><b><c>x</c></b></a>', { body: { '$.a.*.c': T } }, ['<a><b><c>y</c></b></a>', '<a><b/></a>']],
  ['XML path to nowhere', '<a><b>x</b></a>', { body: { '$.z.b': T } }, ['<a><b>x</b></a>', '<a><b>y</b></a>']],
  ['XML root rule', '<a><b>x</b></a>', { body: { $: T } }, ['<a><b>y</b></a>', '<z><b>x</b></z>', '<a/>']],
  ['XML notEmpty', '<a>x</a>', { body: { '$.a': { match: 'notEmpty' } } }, ['<a>y</a>', '<a/>']],
  ['XML notEmpty with children', '<l><i/></l>', { body: { '$.l': { match: 'notEmpty' } } }, ['<l><i/></l>', '<l/>', '<l> </l>']],
  ['XML regex at an element', '<a>1</a>', { body: { '$.a': re('\\d+') } }, ['<a>1</a>', '<a>22</a>', '<a>x</a>']],
  ['XML regex for a name', '<a><b>1</b></a>', { body: { '$.a': re('[a-z]') } }, ['<a><b>1</b></a>', '<a><b>2</b></a>']],
  ['XML integer at an element', '<a>1</a>', { body: { '$.a': { match: 'integer' } } }, ['<a>1</a>', '<a>22</a>', '<a>x</a>']],
  ['XML rule further out', '<a k="1"><b>1</b></a>', { body: { '$.a': re('\\d+') } }, ['<a k="1"><b>1</b></a>', '<a k="2"><b>2</b></a>', '<a k="x"><b>1</b></a>']],
  ['XML indexes', LIST, { body: { "$.o.i[*]['@id']": re('\\d+') } }, [LIST, '<o><i id="5">a</i><i id="6">b</i></o>', '<o><i id="x">a</i><i id="6">b</i></o>']],
  ['XML index', LIST, { body: { "$.o[0].i[1]['@id']": re('\\d+') } }, [LIST, '<o><i id="1">a</i><i id="6">b</i></o>', '<o><i id="5">a</i><i id="2">b</i></o>']],
  ...[{ min: 1 }, { min: 2 }, { max: 1 }, { max: 2 }, { min: 1, max: 2 }].flatMap((bounds) => [
    ['XML bounds of a list', '<o><i>a</i></o>', { body: { '$.o': { ...T, ...bounds } } }, ['<o><i>a</i></o>', '<o><i>x</i><i>y</i></o>', '<o><i>x</i><i>y</i><i>z</i></o>', '<o/>', '<o>\n<i>x</i>\n</o>']],
    ['XML bounds of items', '<o><i>a</i></o>', { body: { '$.o.i': { ...T, ...bounds } } }, ['<o><i>a</i></o>', '<o><i>x</i><i>y</i></o>', '<o><i>x</i><i>y</i><i>z</i></o>', '<o/>']],
  ]),
  ...['values', 'eachKey', 'eachValue', 'arrayContains', 'ignore-order'].map((match) =>
    ['XML by rules for JSON', '<o><i>a</i></o>', { body: { '$.o': { match, rules: [T], variants: [] } } }, ['<o><i>a</i></o>', '<o><i>x</i></o>', '<o><j>x</j></o>']]),

  // Namespaces
  ['XML namespace', '<a xmlns="urn:u"><b>x</b></a>', null, ['<a xmlns="urn:u"><b>x</b></a>', '<p:a xmlns:p="urn:u"><p:b>x</p:b></p:a>', '<a><b>x</b></a>', '<a xmlns="urn:v"><b>x</b></a>']],
  ['XML no namespace', '<a><b>x</b></a>', null, ['<a xmlns="urn:u"><b>x</b></a>', '<p:a xmlns:p="urn:u"><p:b>x</p:b></p:a>', '<a xmlns:p="urn:u"><b>x</b></a>']],
  ['XML prefixes', '<p:a xmlns:p="urn:u" p:k="1"><p:b>x</p:b></p:a>', null, ['<q:a xmlns:q="urn:u" q:k="1"><q:b>x</q:b></q:a>', '<q:a xmlns:q="urn:u" k="1"><q:b>x</q:b></q:a>', '<q:a xmlns:q="urn:v" q:k="1"><q:b>x</q:b></q:a>']],
  ['XML rule by URI', '<p:a xmlns:p="urn:u"><p:b>x</p:b></p:a>', { body: { "$['urn:u:a']['urn:u:b']['#text']": T } }, ['<p:a xmlns:p="urn:u"><p:b>y</p:b></p:a>', '<a xmlns="urn:u"><b>y</b></a>', '<p:a xmlns:p="urn:u"><p:b/></p:a>']],
  ['XML rule by prefix', '<p:a xmlns:p="urn:u"><p:b>x</p:b></p:a>', { body: { "$['p:a']['p:b']['#text']": T } }, ['<p:a xmlns:p="urn:u"><p:b>y</p:b></p:a>', '<p:a xmlns:p="urn:u"><p:b>x</p:b></p:a>']],
  ['XML rule by local name', '<p:a xmlns:p="urn:u"><p:b>x</p:b></p:a>', { body: { "$.a.b['#text']": T } }, ['<p:a xmlns:p="urn:u"><p:b>y</p:b></p:a>', '<p:a xmlns:p="urn:u"><p:b>x</p:b></p:a>']],
];

const TYPES = [
  ['XML types', 'application/soap+xml', ['application/soap+xml', XML, 'text/xml', 'application/soap+xml;charset=utf-8']],
  ['XML types', 'text/xml', ['text/xml', 'text/xml;charset=utf-8', XML]],
];

// A multipart body: each part is [headers, content].
const CRLF = '\r\n';
const lines = (boundary, parts) => Buffer.from(`${parts.map(([headers, content]) =>
  `--${boundary}${CRLF}${headers.map((header) => header + CRLF).join('')}${CRLF}${content}${CRLF}`).join('')}--${boundary}--${CRLF}`);
const field = (name, content, type) => [[`Content-Disposition: form-data; name="${name}"`, ...(type ? [`Content-Type: ${type}`] : [])], content];
const file = (name, filename, type, content) => [[`Content-Disposition: form-data; name="${name}"; filename="${filename}"`, `Content-Type: ${type}`], content];
const form = (boundary) => `multipart/form-data; boundary=${boundary}`;

const F = [field('a', '1'), file('f', 'x.txt', 'text/plain', 'hello')];
const J = [field('o', '{"id":1,"t":"x"}', 'application/json')];
const JF = [file('o', 'o.json', 'application/json', '{"id":1,"t":"x"}')];
const MIXED = 'multipart/mixed; boundary=b';

// [topic, expected parts, rules, [actual parts, ...], options]; the type of both is `type`.
const PARTS = [
  ['multipart', F, null, [F, [...F].reverse(), F.slice(0, 1), F.slice(1), [...F, field('z', '9')], [field('a', '2'), F[1]], [field('a', ''), F[1]], [F[0], file('f', 'y.txt', 'text/plain', 'hello')],
    [F[0], file('f', 'x.txt', 'text/plain', 'hullo')], [F[0], file('f', 'x.txt', 'text/html', 'hello')], [F[0], field('f', 'hello')], [field('a', '1', 'text/plain'), F[1]]]],
  ['multipart of one name', [field('a', '1'), field('a', '2')], null, [[field('a', '1'), field('a', '2')], [field('a', '2'), field('a', '1')], [field('a', '1')], [field('a', '1'), field('a', '2'), field('a', '3')]]],
  ['multipart, rule on a field', F, { body: { '$.a': re('\\d+') } }, [F, [field('a', '22'), F[1]], [field('a', 'x'), F[1]], F.slice(1)]],
  ['multipart, type of a field', F, { body: { '$.a': T } }, [[field('a', 'x'), F[1]], [field('a', ''), F[1]]]],
  ['multipart, integer of a field', F, { body: { '$.a': { match: 'integer' } } }, [[field('a', '22'), F[1]], [field('a', 'x'), F[1]]]],
  ['multipart, star', F, { body: { '$.*': T } }, [[field('a', 'x'), F[1]]]],
  ['multipart, file by content', F, { body: { '$.f': { match: 'contentType', value: 'text/plain' } } }, [F, [F[0], file('f', 'x.txt', 'text/plain', 'anything else')], [F[0], file('f', 'x.txt', 'text/plain', '{"a":1}')], [F[0], file('f', 'x.txt', 'text/plain', '%PDF-1.4\n')]]],
  ['multipart, file by pattern', F, { body: { '$.f': re('h.*') } }, [F, [F[0], file('f', 'x.txt', 'text/plain', 'hallo')], [F[0], file('f', 'x.txt', 'text/plain', 'x')]]],
  ['multipart, JSON field', J, null, [J, [field('o', '{"id":2,"t":"x"}', 'application/json')], [field('o', '{"id":1, "t":"x"}', 'application/json')], [field('o', '{"t":"x","id":1}', 'application/json')]]],
  ['multipart, JSON file', JF, null, [JF, [file('o', 'o.json', 'application/json', '{"id":2,"t":"x"}')], [file('o', 'o.json', 'application/json', '{"id":1, "t":"x"}')], [file('o', 'o.json', 'application/json', '{"id":1,"t":"x","u":1}')], [file('o', 'o.json', 'text/plain', '{"id":1,"t":"x"}')]]],
  ['multipart, rules in a JSON file', JF, { body: { '$.o.id': { match: 'integer' } } }, [[file('o', 'o.json', 'application/json', '{"id":2,"t":"x"}')], [file('o', 'o.json', 'application/json', '{"id":"a","t":"x"}')], [file('o', 'o.json', 'application/json', '{"id":2,"t":"y"}')]]],
  ['multipart, rules in a JSON field', J, { body: { '$.o.id': { match: 'integer' } } }, [[field('o', '{"id":2,"t":"x"}', 'application/json')], [field('o', '{"id":"a","t":"x"}', 'application/json')]]],
  ['multipart, XML file', [file('o', 'o.xml', XML, '<a><b>x</b></a>')], { body: { "$.o.a.b['#text']": T } }, [[file('o', 'o.xml', XML, '<a><b>y</b></a>')], [file('o', 'o.xml', XML, '<a><c/></a>')]]],
  ['multipart of one name by rule', [field('a', '1'), field('a', '2')], { body: { '$.a': re('\\d') } }, [[field('a', '3'), field('a', '4')], [field('a', '3'), field('a', 'x')]]],
  ['multipart, part headers', [[['Content-Disposition: form-data; name="a"', 'X-P: 1'], '1']], null, [[[['Content-Disposition: form-data; name="a"', 'X-P: 1'], '1']], [[['Content-Disposition: form-data; name="a"', 'X-P: 2'], '1']], [field('a', '1')]]],
  ['multipart, quoted names', [field('a b', '1')], null, [[field('a b', '1')], [[['Content-Disposition: form-data; name=a'], '1']]]],
  ['multipart, mixed', [[['Content-Type: text/plain'], 'hello'], [['Content-Type: application/json'], '{"a":1}']], null,
    [[[['Content-Type: text/plain'], 'hello'], [['Content-Type: application/json'], '{"a":1}']], [[['Content-Type: text/plain'], 'hello'], [['Content-Type: application/json'], '{"a": 1}']],
      [[['Content-Type: text/plain'], 'hello'], [['Content-Type: application/json'], '{"a":2}']], [[['Content-Type: text/plain'], 'hello']]], { type: MIXED }],
];

// What the libraries' helpers write: a rule that allows any boundary.
const ANY_BOUNDARY = { header: { 'Content-Type': re('multipart/form-data;(\\s*charset=[^;]*;)?\\s*boundary=.*') } };

// [topic, rules, [[content type, parts, boundary], ...]] for the parts F between "b".
const BOUNDARIES = [
  ['multipart boundaries', null, [[form('b'), F, 'b'], [form('"b"'), F, 'b'], [form('other'), F, 'other']]],
  ['multipart boundaries by rule', ANY_BOUNDARY, [[form('b'), F, 'b'], [form('other'), F, 'other'], [form('other'), F.slice(1), 'other'], ['multipart/mixed; boundary=other', F, 'other'], ['multipart/form-data', F, 'b']]],
  ['multipart cut off', ANY_BOUNDARY, [[form('other'), F, 'b']]],
];

const LONE = { match: 'contentType', value: 'application/json' };

// Whole bodies of other kinds: [topic, type, expected, rules, [[type, text], ...]].
const OTHERS = [
  ['JSON by content', 'application/json', { json: { a: 1 } }, { body: { $: LONE } }, [['application/json', '{"a":2}'], ['application/json', '{"a":1}'], ['application/json', '[]']]],
  ...['text/plain', 'application/json', 'application/xml', 'text/html', 'image/png'].map((value) => ['text by content', 'text/plain', { text: 'abc' }, { body: { $: { match: 'contentType', value } } },
    [['text/plain', 'xyz'], ['text/plain', '{"a":1}'], ['text/plain', '{'], ['text/plain', '[1]'], ['text/plain', '1'], ['text/plain', '<a/>'], ['text/plain', '<?xml version="1.0"?><a/>'], ['text/plain', '<html></html>']]]),
  ...['text/plain', 'application/json', 'application/xml'].map((value) => ['JSON by content', 'application/json', { json: { a: 1 } }, { body: { $: { match: 'contentType', value } } }, [['application/json', '{"a":1}'], ['application/json', '"x"']]]),
  ['JSON field by content', 'application/json', { json: { a: { b: 1 } } }, { body: { '$.a': LONE } }, [['application/json', '{"a":{"b":2}}'], ['application/json', '{"a":{"b":1}}'], ['application/json', '{"a":"x"}']]],
  ['GraphQL text', 'application/graphql', { text: '{ a, b }' }, null, [['application/graphql', '{ a, b }'], ['application/graphql', '{a b}'], ['application/graphql', '{ a }']]],
  ['GraphQL rule', 'application/json', { json: { query: '{ a, b }' } }, { body: { '$.query': { match: 'graphql' } } }, [['application/json', '{"query":"{ a, b }"}'], ['application/json', '{"query":"{a b}"}'], ['application/json', '{"query":"{ a }"}']]],
  ['any content', '*/*', { text: 'abc' }, null, [['*/*', 'abc'], ['text/plain', 'abc'], ['*/*', 'xyz'], [undefined, 'abc']]],
  ['any content, JSON', '*/*', { text: '{"a":1}' }, null, [['*/*', '{"a":1}'], ['*/*', '{"a": 1}'], ['application/json', '{"a": 1}'], ['*/*', '{"a":2}']]],
];

function each(add) {
  const both = (topic, row, actual, expected) => ['request', 'response'].forEach((kind) => add(topic, row, kind, actual, { expected }));
  const headers = (type) => ({ 'Content-Type': [type] });
  const typed = (type, body) => ({ headers: type ? [['Content-Type', type]] : [], body });
  for (const [topic, text, rules, actuals, options = {}] of ROWS) {
    for (const body of actuals) both(topic, { rules, ...options }, typed(XML, body), { headers: headers(XML), body: { type: XML, text } });
  }
  for (const [topic, type, actuals] of TYPES) {
    for (const actual of actuals) both(topic, {}, typed(actual, '<a>\n</a>'), { headers: headers(type), body: { type, text: '<a/>' } });
  }
  for (const [topic, parts, rules, actuals, { type = form('b') } = {}] of PARTS) {
    for (const actual of actuals) both(topic, { rules }, typed(type, lines('b', actual)), { headers: headers(type), body: { type, text: lines('b', parts) } });
  }
  for (const [topic, rules, actuals] of BOUNDARIES) {
    for (const [type, parts, boundary] of actuals) both(topic, { rules }, typed(type, lines(boundary, parts)), { headers: headers(form('b')), body: { type: form('b'), text: lines('b', F) } });
  }
  for (const [topic, type, body, rules, actuals] of OTHERS) {
    for (const [actual, text] of actuals) both(topic, { rules }, typed(actual, text), { headers: headers(type), body: { type, ...body } });
  }
}

module.exports = { each };
