// The differences that are wanted, each a row of doc/compatibility.md, and how to tell them by a
// case and the two verdicts.
'use strict';
const { isList, isMap, text } = require('./values');

function* rulesIn(value) {
  if (isList(value)) for (const item of value) yield* rulesIn(item);
  else if (isMap(value)) {
    if (typeof value.match === 'string') yield value;
    for (const member of Object.values(value)) yield* rulesIn(member);
  }
}
const rulesOf = (test) => [...rulesIn(test.rules)];
const has = (test, ...names) => rulesOf(test).some((rule) => names.includes(rule.match));
const body = (test) => (test.actual.body === undefined ? '' : String(test.actual.body));
const bodies = (test) => [body(test), 'json' in (test.expected.body || {}) ? text(test.expected.body.json) : ''];
const inBodies = (pattern) => (test) => bodies(test).some((content) => pattern.test(content));
const isContainer = (value) => isMap(value) || isList(value);
const inText = (test) => test.actual.query || (test.rules && (test.rules.header || test.rules.query)) || (test.expected.body && 'text' in test.expected.body);

function declaresType(test) {
  const names = Object.keys(test.expected.headers || {}).map((name) => name.toLowerCase());
  return test.spec === '4' || names.includes('content-type') || (test.kind === 'message' && test.expected.metadata?.contentType);
}

const tokens = (path) => path.match(/\.[^.[]+|\[[^\]]*\]/g) || [];

// Two expressions, the second of which reaches below what the first names.
function reachesBelow(upper, lower) {
  const [above, below] = [tokens(upper), tokens(lower)];
  return above.length + 1 < below.length;
}

function hasRulesBelowEachValue(test) {
  const places = Object.entries(test.rules?.body || {});
  return places.some(([path, place]) => [...rulesIn(place)].some((rule) => rule.match === 'eachValue') &&
    places.some(([other]) => reachesBelow(path, other)));
}

function hasAlternatives(value) {
  if (isList(value)) return value.some(hasAlternatives);
  return isMap(value) && (value.combine === 'OR' || Object.values(value).some(hasAlternatives));
}
const isContainerIn = (test) => test.expected.body && isContainer(test.expected.body.json);

// The reference sorts members before it looks at the text.
function hasOddFirstName(json) {
  return isMap(json) && /^[^\p{L}\p{N}_]/u.test(Object.keys(json).sort()[0] ?? 'a');
}

const type = (test) => (test.expected.headers?.['Content-Type'] || [''])[0];
const isXml = (test) => type(test) === 'application/xml';
const isMultipart = (test) => type(test).startsWith('multipart/');
const paths = (test) => Object.keys(test.rules?.body || {});

const ROWS = {
  'rules below eachValue': hasRulesBelowEachValue,
  'JSON told by its first character': (test) => !declaresType(test) && hasOddFirstName(test.expected.body?.json ?? test.expected.body?.file),
  'signs of integers in text': (test) => has(test, 'integer') && inText(test),
  'inf and NaN': (test) => has(test, 'decimal', 'number') && /inf|nan/i.test(test.actual.query || ''),
  'metadata that are objects or lists': (test) => test.kind === 'message' && test.rules?.metadata && Object.values(test.expected.metadata).some(isContainer),
  'brackets in version 2 names': (test, theirs) => test.spec === '2' && theirs === 'refused' && Object.keys(test.rules?.query || {}).some((name) => name.includes('[')),
  'double quotes in paths': (test, theirs) => theirs === 'refused' && Object.keys(test.rules?.body || {}).some((path) => path.includes('["')),
  'minus zero': inBodies(/-0(?![0-9])/),
  'versions of any size': (test) => has(test, 'semver') && /\d{19}/.test(body(test)),
  'integers beyond 64 bits': inBodies(/\d{19}/),
  'NUL in JSON strings': inBodies(/\\u0000/),
  'other names of min and max': (test) => has(test, 'minType', 'maxType', 'minmax', 'min-max-type'),
  'eachValue without rules': (test) => rulesOf(test).some((rule) => rule.match === 'eachValue' && rule.rules.length === 0),
  'byte order mark': (test) => body(test).startsWith('\ufeff'),
  'members named twice': (test) => /"a":.*"a":/.test(body(test)),
  'invalid regular expressions': (test, theirs, ours) => ours === 'refused' && has(test, 'regex'),
  'offsets, zones and days of dates': (test) => has(test, 'date', 'time', 'timestamp', 'datetime') && /[+-]1[2-8]:?\d\d|New_York|Nowhere|36[56]/.test(body(test)),
  'combine: OR on objects and lists': (test, theirs, ours) => ours === true && hasAlternatives(test.rules) && isContainerIn(test),
  'null over the wire': (test) => test.expected.body?.file === null && body(test) === 'null',
  'rule names written as paths': (test) => ['header', 'query'].some((part) => Object.keys(test.rules?.[part] || {}).some((name) => /^\$|\[0\]$/.test(name))),
  'dialect of regular expressions': (test) => rulesOf(test).some((rule) => /&&|\(\?P|\(\?s/.test(rule.regex || '')),
  'optional sections of dates': (test, theirs) => !theirs && rulesOf(test).some((rule) => /\[/.test(rule.format || '')),
  'years of one letter': (test, theirs) => !theirs && rulesOf(test).some((rule) => /^y-/.test(rule.format || '')),
  'namespaces in XML paths': (test, theirs) => isXml(test) && !theirs && paths(test).some((path) => path.includes("['p:")),
  'indexes in XML paths': (test, theirs) => isXml(test) && !theirs && paths(test).some((path) => /\[[0-9*]+\]/.test(path)),
  'rules for one value at an XML element': (test, theirs) => isXml(test) && !theirs && has(test, 'regex') && paths(test).every((path) => /^\$\.a$/.test(path)),
  '`min` and `max` in XML': (test) => isXml(test) && [...rulesIn(test.rules?.body)].some((rule) => 'min' in rule || 'max' in rule),
  'blanks beside references in XML': (test, theirs) => isXml(test) && !theirs && /&#/.test(body(test)) && /\s|&#32;/.test(body(test)),
  'rules on the type of content': (test) => has(test, 'contentType') && !has(test, 'type'),
  'boundaries of multipart bodies': (test, theirs, ours) => isMultipart(test) && ours && type(test) !== test.actual.headers[0][1],
  'parts of one name': (test) => isMultipart(test) && test.topic.includes('of one name'),
  'fields where files are expected': (test, theirs, ours) => isMultipart(test) && ours && body(test).split('filename=').length < String(test.expected.body.text).split('filename=').length,
  'JSON in the fields of forms': (test, theirs, ours) => isMultipart(test) && ours && /name="o"\r\nContent-Type: application\/json/.test(body(test)),
  'GraphQL bodies': (test, theirs, ours) => ours && (type(test) === 'application/graphql' || has(test, 'graphql')),
  'content of any type': (test, theirs, ours) => ours && type(test) === '*/*',
  'binary content without a type': (test) => Buffer.isBuffer(test.actual.body) && test.actual.headers.length === 0,
};

// Of what verifiers say, whole outcomes count: where both say mismatch they can still differ in what is
// one.
const OUTCOMES = {
  redirections: ({ actual }) => [301, 302].includes(actual.status) && actual.headers.some(([name]) => name === 'Location'),
  'content types of messages': (test, their) => test.kind === 'message' && test.spec === '4' && !test.expected.metadata.contentType && /metadata contenttype/.test(their.parts),
  'default namespaces': ({ topic, how }, their) => topic === 'XML with namespaces' && /xmlns/.test(how ?? '') && their.verdict === true,
  'binary content without a type': ({ how, expected }) => how?.startsWith('header: without Content-Type') && Buffer.isBuffer(expected.body?.text),
  'rules on the type of content': (test) => has(test, 'contentType'),
};
const BROKEN = [...Object.keys(OUTCOMES), 'boundaries of multipart bodies'];
Object.assign(OUTCOMES, {
  'content of any type': ({ actual, expected }, their) => their.verdict === false && [type({ expected }), (actual.headers[0] || [])[1]].includes('*/*'),
  'metadata that are objects or lists': (test, their, our) => their.verdict === our.verdict && ROWS['metadata that are objects or lists'](test),
  'combine: OR on objects and lists': (test, their, our) => their.verdict === our.verdict && hasAlternatives(test.rules) && isContainerIn(test),
});

function explain(test, their, our) {
  const row = their.verdict === our.verdict ? undefined : Object.keys(ROWS).find((name) => ROWS[name](test, their.verdict, our.verdict));
  return row ?? Object.keys(OUTCOMES).find((name) => OUTCOMES[name](test, their, our));
}

// The rows that a run over all of those cases has to meet.
const rows = ({ topics, broken }) => [...new Set([...(topics ? Object.keys(ROWS) : []), ...(broken ? BROKEN : [])])];

module.exports = { explain, rows };
