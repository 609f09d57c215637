// Cases on purpose: what teams meet, and where implementations have been known to part ways.
//
// Each row of a topic makes cases that both tools judge.
'use strict';
const { num, isList, isMap } = require('./values');
const bodies = require('./topics_bodies');
const parts = require('./topics_parts');
const trees = require('./topics_trees');

// JSON in files has numbers that JavaScript would rewrite, so they stand in the tables as "#1.0".
function exact(value) {
  if (typeof value === 'string' && /^#-?[0-9]/.test(value)) return num(value.slice(1));
  if (typeof value === 'number') return num(value);
  if (Array.isArray(value)) return value.map(exact);
  if (isMap(value) && !Buffer.isBuffer(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, exact(member)]));
  }
  return value;
}

// @ID is the case's own name.
function named(value, id) {
  if (typeof value === 'string') return value.replaceAll('@ID', id);
  if (isList(value)) return value.map((item) => named(item, id));
  if (!isMap(value) || Buffer.isBuffer(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, named(member, id)]));
}

const place = (given) => (Array.isArray(given) ? { combine: 'AND', matchers: given } : given.matchers ? given : { combine: 'AND', matchers: [given] });

function placesOf(category, given) {
  if (category === 'path' || category === 'status' || category === 'method') return place(given);
  return Object.fromEntries(Object.entries(given).map(([path, rules]) => [path, place(rules)]));
}

function rulesOf(given) {
  if (!given) return undefined;
  return exact(Object.fromEntries(Object.entries(given).map(([category, places]) => [category, placesOf(category, places)])));
}

function topics() {
  const cases = [];
  const add = (topic, row, kind, actual, extra) => {
    const id = `t${cases.length}`;
    const fill = (value) => named(value, id);
    const head = kind === 'request' ? { method: 'POST', path: `/${id}` } : {};
    cases.push({ id, topic, kind, spec: row.spec || '4', alone: row.alone,
      expected: { ...head, ...fill(exact(extra.expected)) }, rules: fill(rulesOf(row.rules)),
      actual: { ...head, ...fill({ ...actual, metadata: exact(actual.metadata) }) } });
  };
  bodies.each(add);
  parts.each(add);
  trees.each(add);
  return cases;
}

module.exports = { topics, exact, rulesOf };
