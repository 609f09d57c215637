// Cases as contract files of version 2, 3 or 4, and what a case's actual part is on the wire.
//
// A case: { id, topic, kind: 'request' | 'response' | 'message' | 'answer' (to a message), spec,
// expected, rules, generators, pending, actual }.
// expected: { method, query: { name: [value] }, headers: { name: [value] }, path, body, status,
// metadata }; body: { type, json } or { type, text }, or { file } for what stands in the file as it
// is.  actual: { method, path, query (raw), headers: [[name, value]], body (text or Buffer), status,
// metadata }.
'use strict';
const { text, num } = require('./values');

const isJson = (type) => /json/.test(type || '');

function bodyFor(spec, body) {
  if (!body) return undefined;
  if ('file' in body) return body.file;
  if ('json' in body) {
    return spec === '4' ? { content: body.json, contentType: body.type, encoded: false } : body.json;
  }
  if (Buffer.isBuffer(body.text)) {
    const content = body.text.toString('base64');
    return spec === '4' ? { content, contentType: body.type, encoded: 'base64' } : content;
  }
  return spec === '4' ? { content: body.text, contentType: body.type, encoded: false } : body.text;
}

const encode = (value) => encodeURIComponent(value);

function queryFor(spec, query) {
  if (!query) return undefined;
  if (spec !== '2') return query;
  return Object.entries(query).flatMap(([name, values]) => values.map((value) => `${encode(name)}=${encode(value)}`)).join('&');
}

function headersFor(spec, headers) {
  if (!headers || spec === '4') return headers;
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.join(', ')]));
}

// Rules by category; version 2 has one flat object, and one rule for each place.
function rulesFor(spec, rules) {
  if (!rules) return undefined;
  if (spec !== '2') return rules;
  const flat = {};
  const name = (key) => (/^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `['${key}']`);
  for (const [category, places] of Object.entries(rules)) {
    if (category === 'path') flat['$.path'] = places.matchers[0];
    else {
      for (const [key, place] of Object.entries(places)) {
        const path = { body: `$.body${key.slice(1)}`, header: `$.headers${name(key)}`, query: `$.query${name(key)}` };
        flat[path[category]] = place.matchers[0];
      }
    }
  }
  return flat;
}

const numbers = (status) => (status === undefined ? undefined : num(status));

const TYPES = { request: 'Synchronous/HTTP', response: 'Synchronous/HTTP', message: 'Asynchronous/Messages', answer: 'Synchronous/Messages' };

function interaction(test) {
  const { spec, expected } = test;
  const rules = rulesFor(spec, test.rules);
  const body = bodyFor(spec, expected.body);
  const head = { ...(spec === '4' ? { type: TYPES[test.kind] } : {}), description: test.id, pending: test.pending };
  const { generators } = test;
  const part = { headers: headersFor(spec, expected.headers), body, matchingRules: rules, generators: spec === '2' ? undefined : generators };
  const message = { contents: body, metadata: expected.metadata, matchingRules: rules, generators };
  if (test.kind === 'message') return { ...head, ...message };
  if (test.kind === 'answer') {
    return { ...head, request: { contents: bodyFor(spec, { type: 'application/json', json: { id: test.id } }) }, response: [message] };
  }
  if (test.kind === 'request') {
    return { ...head,
      request: { method: expected.method, path: expected.path, query: queryFor(spec, expected.query), ...part },
      response: { status: num(200), headers: headersFor(spec, { 'X-Case': [test.id] }) } };
  }
  return { ...head, request: { method: 'GET', path: `/${test.id}` }, response: { status: numbers(expected.status ?? 200), ...part } };
}

const VERSIONS = { 2: '2.0.0', 3: '3.0.0', 4: '4.0' };

// One contract of cases that share version and kind.
function contract(cases) {
  const { spec, kind } = cases[0];
  const list = kind === 'message' && spec === '3' ? 'messages' : 'interactions';
  return text({ consumer: { name: 'consumer' }, provider: { name: 'provider' },
    [list]: cases.map(interaction),
    metadata: { pactSpecification: { version: VERSIONS[spec] } } });
}

module.exports = { contract, isJson };
