// Whether contract files are valid by the JSON Schemas of them that are published on npm:
//
//   schemas.js check VERSION FILE...    prints what is not, or is of another version
//   schemas.js spoiled VERSION FILE...  the same files, each spoiled in one place after the other:
//                                       prints what is not refused
//   schemas.js needed FILE...           prints the rows below that no file needs
//
// pact-json-schema has version 1 (1.1 looks the same) and 2: the whole file, in which nothing else
// may be.  What it says of consumer, provider and metadata is as true of the later versions.
// @pactflow/openapi-pact-comparator holds the HTTP interactions of versions 1 to 4 against a schema
// before it compares them with an OpenAPI document: all but rules, generators and states.  Nothing
// that is published there describes these, nor messages.
'use strict';
const fs = require('node:fs');
const Ajv = require('ajv-draft-04').default;
const published = require('pact-json-schema');
const { Comparator } = require('@pactflow/openapi-pact-comparator');

const ajv = new Ajv({ allErrors: true });
const { definitions, properties } = published.v2();
const whole = { 1: ajv.compile(published.v1()), 2: ajv.compile(published.v2()) };
const frame = ajv.compile({
  definitions, type: 'object', required: ['consumer', 'provider', 'metadata'],
  properties: { consumer: properties.consumer, provider: properties.provider, metadata: properties.metadata },
});
const comparator = new Comparator({ openapi: '3.0.3', info: { title: 'anything', version: '1' }, paths: {} });

const majorOf = (contract) => parseInt(contract.metadata?.pactSpecification?.version, 10);
const httpOf = (contract) => (contract.interactions ?? []).filter(({ type = 'Synchronous/HTTP' }) => type === 'Synchronous/HTTP');
const partsOf = (contract) => httpOf(contract).flatMap(({ request, response }) => [request, response]);

async function errorsOf(contract, major) {
  const errors = [];
  const validate = whole[major] ?? frame;
  if (!validate(contract)) errors.push(...validate.errors);
  // Version 3 has files of messages without interactions.
  if (major === 3 && Array.isArray(contract.messages) && !contract.interactions) return errors;
  try {
    // The schema comes before the first difference.
    await comparator.compare(contract).next();
  } catch (error) {
    errors.push(...(error.errors ?? [{ instancePath: '', message: error.message }]));
  }
  return errors;
}

const LATER_RULES = ['integer', 'decimal', 'contentType', 'eachValue', 'arrayContains', 'notEmpty'];

// Changes each value of an object for which change() gives another; says whether there was one.
function changeEach(object, change) {
  let changed = false;
  for (const [name, value] of Object.entries(object ?? {})) {
    const other = change(value, name);
    if (other === value) continue;
    changed = true;
    if (other === undefined) delete object[name];
    else object[name] = other;
  }
  return changed;
}

const some = (list, change) => list.filter(change).length > 0;

// Where a schema is narrower than the specification, or than what a contract is allowed to keep: takes
// from the contract what the schema does not know, and says whether there was any.  doc/compatibility.md
// names them, too.
const rows = [
  {
    name: 'PATCH', why: 'the enumeration of methods forgets it',
    take: (contract, major) => major <= 2 && some(httpOf(contract), ({ request }) => changeEach(request, (value, name) => (name === 'method' && value === 'PATCH' ? 'POST' : value))),
  },
  {
    name: 'parameters without value', why: '`?flag` is a query, and `null` in the list of values of versions 3 and 4',
    take: (contract) => some(httpOf(contract), ({ request }) => (typeof request.query === 'string'
      ? changeEach(request, (value, name) => (name === 'query' ? value.replace(/(^|&)flag(?=&|$)/, '$1flag=') + 'x' : value))
      : changeEach(request.query, (values) => (values.includes(null) ? values.map((value) => value ?? '') : values)))),
  },
  {
    name: 'headers with several values', why: 'a list keeps them apart where the text would not; joined, some mean something else',
    take: (contract, major) => major <= 3 && some(partsOf(contract), ({ headers }) => changeEach(headers, (value) => (Array.isArray(value) ? value.join(', ') : value))),
  },
  {
    name: 'later rules in version 2', why: 'the reference library writes them there, and its verifier applies them',
    take: (contract, major) => major === 2 && some(partsOf(contract), ({ matchingRules }) => changeEach(matchingRules, (rule) => (LATER_RULES.includes(rule.match) ? undefined : rule))),
  },
  {
    name: 'rules as they were read', why: '`pact:matcher:type` for `match` is understood, and kept',
    take: (contract, major) => major === 2 && some(partsOf(contract), ({ matchingRules }) => changeEach(matchingRules, (rule) => {
      const { 'pact:matcher:type': match, ...others } = rule;
      return match ? { match, ...others } : rule;
    })),
  },
  {
    name: 'unknown members', why: 'what Tally does not know, it keeps as it was read',
    take: (contract, major) => major <= 2 && some([...httpOf(contract), ...partsOf(contract)], (part) => changeEach(part, (value, name) => (['x-a', 'trailers', 'key', 'pending'].includes(name) ? undefined : value))),
  },
];

// What the schema knows of a contract; rows are those that took something from it.
function reduced(contract, skipped = null) {
  const copy = structuredClone(contract);
  const taken = rows.filter((row) => row !== skipped && row.take(copy, majorOf(contract)));
  return { copy, taken };
}

async function check(contract, say) {
  if ((await errorsOf(contract, majorOf(contract))).length === 0) return;
  for (const { instancePath, message } of await errorsOf(reduced(contract).copy, majorOf(contract))) say(`${instancePath || '/'} ${message}`);
}

async function neededRows(contract) {
  const needed = [];
  for (const row of reduced(contract).taken) {
    if ((await errorsOf(reduced(contract, row).copy, majorOf(contract))).length > 0) needed.push(row);
  }
  return needed;
}

// Mistakes of a writer; [name, the first version that is refused, the last one, what to do].
const mistakes = [
  ['no provider', 1, 4, (contract) => { delete contract.provider; }],
  ['a consumer without name', 1, 4, (contract) => { contract.consumer = {}; }],
  ['a version that is a number', 1, 4, (contract) => { contract.metadata.pactSpecification.version = 4; }],
  ['no method', 1, 4, (_, { request }) => { delete request.method; }],
  ['a path that is a matcher', 1, 4, (_, { request }) => { request.path = { 'pact:matcher:type': 'type', value: '/' }; }],
  ['a query that is a number', 1, 4, (_, { request }) => { request.query = 1; }],
  ['a parameter that is a number', 3, 4, (_, { request }) => { request.query = { page: [1] }; }],
  ['a header that is a number', 1, 4, (_, { response }) => { response.headers = { Age: 1 }; }],
  ['a list of numbers as header', 1, 4, (_, { response }) => { response.headers = { Age: [1] }; }],
  ['a status that is text', 1, 4, (_, { response }) => { response.status = '200'; }],
  ['no response', 1, 4, (_, interaction) => { delete interaction.response; }],
  ['a query that is an object', 1, 2, (_, { request }) => { request.query = { page: ['1'] }; }],
  ['states of version 3', 1, 2, (_, interaction) => { interaction.providerStates = []; }],
  ['generators', 1, 2, (_, { response }) => { response.generators = {}; }],
  ['rules in version 1', 1, 1, (_, { response }) => { response.matchingRules = {}; }],
  ['rules of version 3', 2, 2, (_, { response }) => { response.matchingRules = { body: { $: { matchers: [{ match: 'type' }] } } }; }],
  ['an expression that is missing', 2, 2, (_, { response }) => { response.matchingRules = { '$.body': { match: 'regex' } }; }],
];

async function checkSpoiled(contract, say) {
  const major = majorOf(contract);
  for (const [name, first, last, spoil] of mistakes) {
    const { copy } = reduced(contract);
    const [interaction] = httpOf(copy);
    if (major < first || major > last || (spoil.length > 1 && !interaction)) continue;
    spoil(copy, interaction);
    if ((await errorsOf(copy, major)).length === 0) say(`is valid with ${name}`);
  }
}

async function main([mode, ...operands]) {
  const version = mode === 'needed' ? null : operands.shift();
  const unneeded = new Set(rows);
  for (const file of operands) {
    const say = (text) => console.log(`${file}: ${text}`);
    const contract = JSON.parse(fs.readFileSync(file, 'utf8'));
    const found = contract.metadata.pactSpecification.version;
    if (version && found !== version) say(`is of version ${found}, not ${version}`);
    if (mode === 'check') await check(contract, say);
    else if (mode === 'spoiled') await checkSpoiled(contract, say);
    else for (const row of await neededRows(contract)) unneeded.delete(row);
  }
  if (mode === 'needed') for (const { name, why } of unneeded) console.log(`no contract needs: ${name} (${why})`);
}

main(process.argv.slice(2)).catch((error) => { console.error(error); process.exitCode = 1; });
