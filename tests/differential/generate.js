// Cases by chance: an expected part with rules, and an actual one that is nearly the same.
'use strict';
const { num, isNum, isList, isMap, text, copy } = require('./values');
const { STAR, STAR_INDEX, expression, nodes, tie } = require('./paths');
const rules = require('./rules');

const KEYS = ['a', 'b', 'c', 'd', '1', '20', 'x y', 'ä', 'a-b', 'a.b', '@t'];
const STRINGS = ['', 'a', 'b', 'ab', 'abc', 'ABC', 'true', 'false', '1', '-5', '100', '1.5', 'null', 'äöü', '2024-02-29', '2023-02-29',
  '01/02/2024', '20240209', '12:30', '23:59:59', '25:00', '09:15 am', '2024-02-29T12:00:00', '1.2.3', '1.2', '1.0.0-rc.1+5', ' a ', 'a\nb'];
const NUMBERS = ['0', '1', '2', '100', '-5', '1.0', '1.5', '100.0', '1e2', '0.1', '-0.5', '9007199254740993', '20240209'];

function scalar(random) {
  const roll = random.below(12);
  if (roll < 5) return random.pick(STRINGS);
  if (roll < 9) return num(random.pick(NUMBERS));
  return roll < 11 ? random.chance(0.5) : null;
}

function value(random, depth = 0) {
  const roll = random.below(depth === 0 ? 6 : 10);
  if (depth > 3 || roll > 6) return scalar(random);
  const size = random.below(4);
  if (roll < 3) {
    const alike = random.chance(0.6) ? value(random, depth + 1) : undefined;
    return Array.from({ length: size }, () => (alike === undefined ? value(random, depth + 1) : mutate(random, alike, 0.15)));
  }
  return Object.fromEntries(Array.from({ length: size }, () => [random.pick(KEYS), value(random, depth + 1)]));
}

// ---- near misses --------------------------------------------------------------------------------

function changeList(random, list) {
  const roll = random.below(4);
  if (roll === 0) return list.slice(1);
  if (roll === 1) return [...list, copy(list.length > 0 ? random.pick(list) : scalar(random))];
  if (roll === 2) return [...list].reverse();
  return [];
}

function changeMap(random, map) {
  const names = Object.keys(map);
  const roll = random.below(4);
  const changed = { ...map };
  if (roll === 0 && names.length > 0) delete changed[random.pick(names)];
  else if (roll === 1) changed[random.pick(KEYS)] = scalar(random);
  else if (roll === 2 && names.length > 0) {
    const name = random.pick(names);
    changed[random.pick(KEYS)] = changed[name];
  } else return Object.fromEntries(Object.entries(map).reverse());
  return changed;
}

function change(random, old) {
  if (random.chance(0.12)) return random.chance(0.4) ? null : value(random, 3);
  if (isList(old)) return changeList(random, old);
  if (isMap(old)) return changeMap(random, old);
  if (isNum(old)) return num(random.pick(NUMBERS));
  return typeof old === 'string' ? random.pick(STRINGS) : scalar(random);
}

// Each node is changed with this probability.
function mutate(random, old, probability) {
  if (random.chance(probability)) return change(random, old);
  if (isList(old)) return old.map((item) => mutate(random, item, probability));
  if (isMap(old)) return Object.fromEntries(Object.entries(old).map(([name, item]) => [name, mutate(random, item, probability)]));
  return old;
}

// ---- JSON bodies --------------------------------------------------------------------------------

function wildcards(random, path) {
  return path.map((token) => {
    if (!random.chance(0.35)) return token;
    return typeof token === 'number' && random.chance(0.8) ? STAR_INDEX : STAR;
  });
}

// Rules for some nodes; one for a node above, below or nowhere now and then.
function bodyRules(random, expected, actual, spec) {
  const wanted = 1 + random.below(4);
  const places = new Map();
  const all = nodes(expected);
  for (let i = 0; i < wanted; i += 1) {
    const { path, value: node } = random.pick(all);
    const tokens = wildcards(random, path);
    if (random.chance(0.05)) tokens.push(random.pick([STAR, STAR_INDEX, 'a']));
    const place = rules.list(random, node);
    if (spec === '2') place.matchers = [rules.forScalar(random, 'abc')].filter((rule) => ['type', 'regex'].includes(rule.match));
    if (place.matchers.length === 0) place.matchers = [{ match: 'type' }];
    places.set(expression(tokens), { tokens, place });
  }
  const list = [...places.values()];
  if (tie(list.map(({ tokens }) => tokens), [expected, actual])) return undefined;
  return Object.fromEntries(list.map(({ tokens, place }) => [expression(tokens), place]));
}

const JSON_TYPES = ['application/json', 'application/json', 'application/json;charset=utf-8', 'application/hal+json'];

function jsonCase(random, test) {
  const expected = value(random);
  const actual = random.chance(0.15) ? copy(expected) : mutate(random, expected, random.pick([0.05, 0.1, 0.2]));
  const type = 'application/json';
  test.expected.body = { type, json: expected };
  test.expected.headers = random.chance(0.5) ? { 'Content-Type': [type] } : undefined;
  test.actual.body = text(actual);
  test.actual.headers = [['Content-Type', random.chance(0.9) ? type : random.pick(JSON_TYPES)]];
  if (random.chance(0.9)) {
    const body = bodyRules(random, expected, actual, test.spec);
    if (body) test.rules = { body };
  }
}

// ---- text and forms -----------------------------------------------------------------------------

const TEXTS = ['a', 'ab', 'abc', 'hello', '100', '-5', '1.5', 'true', '2024-02-29', '1.2.3', ' a', 'a\n'];

function textCase(random, test) {
  const type = random.chance(0.8) ? 'text/plain' : 'text/plain;charset=utf-8';
  test.expected.body = { type, text: random.pick(TEXTS) };
  test.expected.headers = { 'Content-Type': [type] };
  test.actual.body = random.chance(0.4) ? test.expected.body.text : random.pick(TEXTS);
  test.actual.headers = [['Content-Type', random.chance(0.8) ? type : 'text/plain;charset=utf-8']];
  if (random.chance(0.7)) {
    const place = { combine: random.pick(['AND', 'OR']), matchers: [rules.forScalar(random, 'abc')] };
    if (random.chance(0.3)) place.matchers.push(rules.forScalar(random, 'abc'));
    test.rules = { body: { $: place } };
  }
}

const NAMES = ['a', 'b', 'a[]', 'c'];
const VALUES = ['', '1', '2', '-5', '1.5', 'a', 'ab', 'abc', 'true', 'a b', 'x,y', '2024-02-29', 'ä'];

function parameters(random) {
  const names = NAMES.filter(() => random.chance(0.4));
  return Object.fromEntries(names.map((name) => [name, Array.from({ length: 1 + random.below(2) }, () => random.pick(VALUES))]));
}

function mutateParameters(random, expected) {
  const actual = copy(expected);
  for (const name of Object.keys(actual)) {
    if (random.chance(0.2)) actual[name] = actual[name].map(() => random.pick(VALUES));
    if (random.chance(0.1)) actual[name].push(random.pick(VALUES));
    if (random.chance(0.06)) actual[name].pop();
    if (random.chance(0.06)) actual[name].reverse();
    if (random.chance(0.05) || actual[name].length === 0) delete actual[name];
  }
  if (random.chance(0.07)) actual[random.pick(NAMES)] = [random.pick(VALUES)];
  return actual;
}

const encode = (parts) => Object.entries(parts).flatMap(([name, values]) => values.map((item) => `${encodeURIComponent(name)}=${encodeURIComponent(item)}`)).join('&');

function parameterRules(random, names, key) {
  const chosen = names.filter(() => random.chance(0.4));
  if (chosen.length === 0) return undefined;
  return Object.fromEntries(chosen.map((name) => {
    const matchers = [random.chance(0.15) ? { match: 'type', min: num(random.below(3)) } : rules.forScalar(random, random.pick(VALUES))];
    if (random.chance(0.2)) matchers.push(rules.forScalar(random, 'abc'));
    return [key(name), { combine: random.pick(['AND', 'OR']), matchers }];
  }));
}

function formCase(random, test) {
  const type = 'application/x-www-form-urlencoded';
  const expected = parameters(random);
  const actual = mutateParameters(random, expected);
  if (encode(expected) === '' || encode(actual) === '') return jsonCase(random, test);
  test.expected.headers = { 'Content-Type': [type] };
  test.expected.body = { type, text: encode(expected) };
  test.actual.headers = [['Content-Type', type]];
  test.actual.body = encode(actual);
  const body = parameterRules(random, Object.keys(expected).filter((name) => name !== 'a[]'), (name) => `$.${name}`);
  if (body) test.rules = { body };
  return undefined;
}

// ---- requests, responses, messages --------------------------------------------------------------

const HEADERS = { 'X-A': ['a', 'ab', 'a,b', 'a, b', '1', '-5', '1.5', 'true', '2024-02-29'], 'x-b': ['a', 'A', 'b'],
  Accept: ['application/json', 'text/plain', 'text/plain;q=0.5', 'text/plain; q=0.5', '*/*'],
  'Cache-Control': ['no-cache', 'no-store', 'max-age=1'], Vary: ['Accept', 'Origin', '*'] };
const LISTS = ['Accept', 'Cache-Control', 'Vary'];

function headerCase(random, test) {
  const names = Object.keys(HEADERS).filter(() => random.chance(0.5));
  const values = (name) => Array.from({ length: LISTS.includes(name) ? 1 + random.below(2) : 1 }, () => random.pick(HEADERS[name]));
  const expected = Object.fromEntries(names.map((name) => [name, values(name)]));
  const actual = [];
  for (const name of names) {
    const list = random.chance(0.7) ? expected[name] : values(name);
    const spelt = random.chance(0.3) ? name.toLowerCase() : name;
    if (!random.chance(0.06)) actual.push([spelt, list.join(random.pick([', ', ',', ' , ']))]);
  }
  if (random.chance(0.2)) actual.push(['X-More', '1']);
  test.expected.headers = names.length > 0 ? expected : undefined;
  test.actual.headers = actual;
  const header = parameterRules(random, names, (name) => (random.chance(0.3) ? name.toUpperCase() : name));
  if (header) test.rules = { header };
}

function queryCase(random, test) {
  const expected = parameters(random);
  const actual = mutateParameters(random, expected);
  test.expected.query = Object.keys(expected).length > 0 ? expected : undefined;
  test.actual.query = encode(actual) === '' ? undefined : encode(actual);
  const query = parameterRules(random, Object.keys(expected), (name) => name);
  if (query) test.rules = { query };
  if (random.chance(0.15)) test.actual.method = random.pick(['PUT', 'DELETE']);
}

function pathCase(random, test) {
  test.expected.path = `/${test.id}/${random.pick(['a', '1', 'ab', 'A'])}`;
  test.actual.path = `/${test.id}${random.pick(['/a', '/1', '/ab', '/a/', '/A', '', '/a%20b'])}`;
  const regex = random.pick([`/${test.id}/[a-z]+`, `/${test.id}/\\d+`, `/${test.id}.*`, `/${test.id}`, `.*${test.id}/a|x`, `^/${test.id}/.$`]);
  const matchers = [random.chance(0.8) ? { match: 'regex', regex } : { match: 'include', value: random.pick([test.id, `${test.id}/a`, `${test.id}/1`]) }];
  if (random.chance(0.7)) test.rules = { path: { combine: 'AND', matchers } };
}

function statusCase(random, test) {
  test.expected.status = random.pick([200, 201, 404, 500]);
  test.actual.status = random.pick([200, 201, 302, 404, 422, 500]);
  test.actual.headers = [];
  const status = random.pick(['info', 'success', 'redirect', 'clientError', 'serverError', 'nonError', 'error', [num(200), num(422)]]);
  if (test.spec === '4' && random.chance(0.7)) test.rules = { status: { combine: 'AND', matchers: [{ match: 'statusCode', status }] } };
}

function metadataCase(random, test) {
  jsonCase(random, test);
  const expected = Object.fromEntries(KEYS.slice(0, 4).filter(() => random.chance(0.5)).map((name) => [name, random.chance(0.8) ? scalar(random) : value(random, 2)]));
  test.expected.metadata = expected;
  test.actual.metadata = mutate(random, expected, 0.1);
  delete test.expected.headers;
  if (!isMap(test.actual.metadata)) test.actual.metadata = expected;
  const metadata = {};
  for (const [name, member] of Object.entries(expected)) {
    if (random.chance(0.4)) metadata[name] = { combine: 'AND', matchers: [rules.forScalar(random, isMap(member) || isList(member) ? 'a' : member)] };
  }
  if (Object.keys(metadata).length > 0) test.rules = { ...test.rules, metadata };
}

const PLANS = {
  request: [jsonCase, jsonCase, jsonCase, headerCase, queryCase, pathCase, textCase, formCase],
  response: [jsonCase, jsonCase, jsonCase, jsonCase, headerCase, statusCase, textCase, formCase],
  message: [metadataCase],
};

function generate(random, id) {
  const roll = random.below(10);
  const kind = roll < 5 ? 'request' : roll < 9 ? 'response' : 'message';
  const spec = kind === 'message' ? random.pick(['3', '4']) : random.pick(['2', '3', '4', '4']);
  const test = { id, kind, spec, expected: {}, actual: {} };
  if (kind === 'request') {
    test.expected = { method: 'POST', path: `/${id}` };
    test.actual = { method: 'POST', path: `/${id}` };
  }
  const plan = random.pick(PLANS[kind]);
  plan(random, test);
  test.topic = plan.name;
  if (spec === '2' && test.rules) test.rules = onlyOfVersion2(test.rules);
  return test;
}

// Version 2 knows type, with its bounds, and regex.
function onlyOfVersion2(all) {
  const kept = {};
  for (const [category, places] of Object.entries(all)) {
    if (category === 'path') {
      if (places.matchers[0].match === 'regex') kept.path = places;
    } else {
      const fine = Object.entries(places).filter(([, place]) => ['type', 'regex'].includes(place.matchers[0].match));
      if (fine.length > 0) kept[category] = Object.fromEntries(fine);
    }
  }
  return Object.keys(kept).length > 0 ? kept : undefined;
}

module.exports = { generate };
