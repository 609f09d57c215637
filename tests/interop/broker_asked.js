// broker_asked.js THEIRS OURS: what two verifiers asked a Pact Broker (broker.js, /_asked).
//
// Says where they differ, but for what is meant to:
// - Pact's verifier asks for the provider, and puts its branch and tags, again for each contract;
//   Tally does so once for all of them.
// - Tally asks for the index always, Pact's verifier not for a contract by its address.
// - What is wrong is said in the same words, to which Tally may add.
// - Each says who it is.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');

function read(name) {
  return JSON.parse(fs.readFileSync(name, 'utf8'));
}

function plain(question) {
  if (!question.sent || !question.sent.verifiedBy) return question;
  const { verifiedBy, ...sent } = question.sent;
  assert.ok(verifiedBy.implementation && verifiedBy.version, 'it does not say what verified');
  return { ...question, sent };
}

function once(questions) {
  const seen = new Set();
  return questions.filter((question) => {
    const key = JSON.stringify(question);
    return !seen.has(key) && seen.add(key);
  });
}

function lines(questions) {
  return questions.map((each) => `${each.method} ${each.path}`);
}

// Tally's words, where they begin with Pact's, as Pact's.
function cutWords(ours, theirs) {
  for (const [test, their] of pairs(ours.testResults, theirs.testResults)) {
    for (const [mismatch, other] of pairs(test.mismatches, their.mismatches)) {
      if (mismatch.description.startsWith(other.description)) mismatch.description = other.description;
    }
  }
}

function pairs(a = [], b = []) {
  return a.slice(0, b.length).map((each, i) => [each, b[i]]);
}

const theirs = once(read(process.argv[2]).map(plain));
const ours = read(process.argv[3]).map(plain);
if (theirs[0]?.path !== '/' && ours[0]?.path === '/') ours.shift();
for (const [our, their] of pairs(ours, theirs)) {
  if (our.sent && their.sent) cutWords(our.sent, their.sent);
}
try {
  assert.ok(theirs.length > 0, 'Pact asked for nothing');
  assert.deepStrictEqual(lines(ours), lines(theirs));
  assert.deepStrictEqual(ours, theirs);
} catch (error) {
  console.log(error.message);
}
