// Values that keep how their numbers are written, and a generator of random choices that gives the
// same ones for the same seed.
'use strict';

// A JSON number as text: 1, 1.0 and 1e2 stay what they are.
class Num {
  constructor(text) { this.text = text; }
}
const num = (text) => (text instanceof Num ? text : new Num(String(text)));

const isNum = (value) => value instanceof Num;
const isList = (value) => Array.isArray(value);
const isMap = (value) => typeof value === 'object' && value !== null && !isList(value) && !isNum(value);

// JSON text.  Members come in the order in which the object lists them.
function text(value) {
  if (isNum(value)) return value.text;
  if (isList(value)) return `[${value.map(text).join(',')}]`;
  if (isMap(value)) {
    return `{${Object.entries(value).filter(([, member]) => member !== undefined)
      .map(([name, member]) => `${JSON.stringify(name)}:${text(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

function copy(value) {
  if (isList(value)) return value.map(copy);
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copy(member)]));
  return value;
}

// mulberry32: small, and the same everywhere.
class Random {
  constructor(seed) { this.state = seed >>> 0; }

  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  below(limit) { return Math.floor(this.next() * limit); }

  chance(probability) { return this.next() < probability; }

  pick(list) { return list[this.below(list.length)]; }
}

module.exports = { Num, num, isNum, isList, isMap, text, copy, Random };
