// Matching rules as contracts write them, chosen at random, with attributes that are satisfied
// about as often as not.
'use strict';
const { num, text, isList, isMap } = require('./values');
const { expression, nodes } = require('./paths');

const PATTERNS = ['[a-z]+', '\\d+', '.*', '.+', 'a|ab', '^a.*$', '-?\\d+(\\.\\d+)?', 'true|false', '[^b]*', '\\w{2,4}', '(?i)ABC', '\\p{L}+', 'null'];
const WORDS = ['', 'a', 'ab', 'abc', '1', '.', 'tru', '-'];
const DATES = ['yyyy-MM-dd', 'yy-M-d', 'dd/MM/yyyy', 'yyyyMMdd', "yyyy-MM-dd'T'HH:mm:ss", ''];
const TIMES = ['HH:mm', 'HH:mm:ss', 'hh:mm a', 'HHmm'];

const bound = (random) => num(random.below(4));

function bounds(random) {
  const rule = {};
  if (random.chance(0.6)) rule.min = bound(random);
  if (random.chance(0.6)) rule.max = num(Number(rule.min?.text ?? 0) + random.below(3));
  return rule;
}

// What holds one value, or any.
const SCALAR = {
  equality: () => ({}),
  type: () => ({}),
  regex: (random) => ({ regex: random.pick(PATTERNS) }),
  include: (random) => ({ value: random.pick(WORDS) }),
  integer: () => ({}),
  decimal: () => ({}),
  number: () => ({}),
  boolean: () => ({}),
  null: () => ({}),
  date: (random) => ({ format: random.pick(DATES) }),
  time: (random) => ({ format: random.pick(TIMES) }),
  timestamp: (random) => ({ format: random.pick([...DATES, ...TIMES]) }),
  notEmpty: () => ({}),
  semver: () => ({}),
};

function scalar(random, names = Object.keys(SCALAR)) {
  const match = random.pick(names);
  return { match, ...SCALAR[match](random) };
}

// A rule that is likely to say something sensible of this value.
const LIKELY = ['type', 'type', 'equality', 'regex', 'notEmpty'];
function forScalar(random, value) {
  if (random.chance(0.35)) return scalar(random);
  if (value && value.text !== undefined) return scalar(random, [...LIKELY, 'integer', 'decimal', 'number', 'number']);
  if (typeof value === 'boolean') return scalar(random, [...LIKELY, 'boolean']);
  if (value === null) return scalar(random, [...LIKELY, 'null']);
  return scalar(random, [...LIKELY, 'include', 'date', 'time', 'timestamp', 'semver', 'boolean']);
}

function forMap(random, value, depth) {
  const roll = random.below(10);
  if (roll < 3) return { match: 'type', ...bounds(random) };
  if (roll < 4) return { match: 'values' };
  if (roll < 6) return { match: 'eachKey', rules: [scalar(random, ['regex', 'include', 'notEmpty', 'type'])] };
  if (roll < 8) return { match: 'eachValue', rules: list(random, Object.values(value)[0] ?? 'a', depth + 1).matchers };
  return scalar(random, ['equality', 'notEmpty', 'regex', 'type', 'integer']);
}

function variant(random, items, index, depth) {
  const rules = {};
  for (const { path, value } of nodes(items[index])) {
    if (random.chance(0.4)) rules[expression(path)] = list(random, value, depth + 1);
  }
  return { index: num(index), rules };
}

function forList(random, value, depth) {
  const roll = random.below(10);
  if (roll < 4) return { match: 'type', ...bounds(random) };
  if (roll < 5) return { match: random.pick(['min', 'max']), ...{ min: bound(random), max: bound(random) } };
  if (roll < 7 && value.length > 0) {
    return { match: 'eachValue', rules: list(random, value[0], depth + 1).matchers };
  }
  if (roll < 9 && value.length > 0) {
    const variants = value.map((_, index) => index).filter(() => random.chance(0.6)).map((index) => variant(random, value, index, depth));
    return variants.length > 0 ? { match: 'arrayContains', variants } : { match: 'arrayContains', variants: [variant(random, value, 0, depth)] };
  }
  return scalar(random, ['equality', 'notEmpty', 'regex', 'integer', 'values'].filter((name) => SCALAR[name]));
}

function one(random, value, depth) {
  if (depth > 2) return scalar(random, ['type', 'equality', 'notEmpty', 'regex']);
  if (isMap(value)) return forMap(random, value, depth);
  if (isList(value)) return forList(random, value, depth);
  return forScalar(random, value);
}

// The rules of one place.
function list(random, value, depth = 0) {
  const matchers = [one(random, value, depth)];
  while (matchers.length < 3 && random.chance(0.2)) matchers.push(one(random, value, depth));
  return { combine: random.chance(0.3) ? 'OR' : 'AND', matchers };
}

module.exports = { list, forScalar, scalar, text };
