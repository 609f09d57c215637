// Do two JSON files say the same?  same.js EXPECTED ACTUAL; prints the first difference.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');

const [expected, actual] = process.argv.slice(2).map((file) => JSON.parse(fs.readFileSync(file, 'utf8')));
try {
  assert.deepStrictEqual(actual, expected);
} catch (difference) {
  console.log(difference.message);
  process.exitCode = 1;
}
