// Cases of providers that are right, and wrong in one place: each answer of answers.js in each
// version of the specification that can say it, and each of its breakages.
'use strict';
const { isMap } = require('./values');
const { exact, rulesOf } = require('./topics');
const { bases } = require('./answers');
const { breakages, bytesOf } = require('./broken');

const LISTS = ['vary', 'cache-control'];
const valuesOf = (name, value) => (LISTS.includes(name.toLowerCase()) ? value.split(/ *, */) : [value]);
const contentType = (headers) => (headers.find(([name]) => name === 'Content-Type') || [])[1];

function expectedBody({ body, file, headers }) {
  if (file !== undefined) return { file };
  if (body === undefined) return undefined;
  const type = contentType(headers) ?? 'application/json';
  return body.json !== undefined ? { type, json: exact(body.json) } : { type, text: bytesOf(body) };
}

const namedHeaders = (headers) => (headers.length === 0 ? undefined : Object.fromEntries(headers.map(([name, value]) => [name, valuesOf(name, value)])));

function answerOf({ status, headers, metadata, body }, other) {
  if (body?.json !== undefined) return { status, headers, metadata: exact(metadata), body: { json: exact(other ?? body.json) } };
  return { status, headers, metadata: exact(metadata), body };
}

// What is empty in the file of version 4 says its type.
function inFile(spec, base) {
  return spec === '4' && base.file === '' ? { ...base, file: { content: '' } } : base;
}

function casesOf(spec, what, base, others = []) {
  const expected = inFile(spec, base);
  const answers = [answerOf(base), ...others.map((other) => answerOf(base, other))];
  const all = answers.flatMap((answer, index) => breakages(answer).map(([how, actual]) => [index > 0 ? `${how}, with other values` : how, actual]));
  return all.map(([how, actual]) => ({ topic: what, how, kind: base.kind, spec, pending: base.pending, generators: base.generators, rules: rulesOf(base.rules),
    expected: { status: base.status, headers: base.kind === 'response' ? namedHeaders(base.headers) : undefined, body: expectedBody(expected), metadata: exact(base.metadata) },
    actual: { ...actual, metadata: isMap(actual.metadata) ? actual.metadata : undefined, body: bytesOf(actual.body) } }));
}

const all = () => bases.flatMap(([what, base, others]) => [...base.specs].flatMap((spec) => casesOf(spec, what, base, others))).map((test, index) => ({ ...test, id: `b${index}` }));

module.exports = { all };
