// What two verifiers report of a provider whose answers are all wrong: failed.js TALLY.json
// REFERENCE.json prints each interaction that one of them lets pass.
'use strict';
const fs = require('node:fs');

const [ours, theirs] = process.argv.slice(2).map((file) => JSON.parse(fs.readFileSync(file, 'utf8')));
const failed = theirs.errors.map(({ interaction }) => interaction.replace(/^Verifying a pact between .* and \S+ - /, ''));
for (const { description, outcome } of ours.contracts.flatMap(({ interactions }) => interactions)) {
  if (outcome !== 'failed') console.log(`tally verify lets it pass: ${description}`);
  if (!failed.includes(description)) console.log(`the reference verifier lets it pass: ${description}`);
}
