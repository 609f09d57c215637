// What both verifiers send: sent.js [--show].
//
// A provider writes down each request that it gets for the contracts of requests.js: method, path,
// query, headers, body and the calls that set up and tear down provider states, in their order.
// Both have to send the same, but for what the rows below tell, each a row of doc/compatibility.md.
// The exit status is 1 if something else differs, or if a row tells of nothing.
'use strict';
const http = require('node:http');
const { isDeepStrictEqual } = require('node:util');
const { Reference, Tally, STATES } = require('./engines');
const { REQUESTS } = require('./requests');
const { text } = require('./values');

const VERSIONS = { 2: '2.0.0', 3: '3.0.0', 4: '4.0' };
const HOWS = [
  ['without states', {}],
  ['with states', { states: true }],
  ['with teardown', { states: true, teardown: true }],
  ['with states in the query', { states: true, teardown: true, asQuery: true }],
  ['with headers and a path', { states: true, headers: [['X-Mine', 'a=b'], ['Authorization', 'Basic eDp5']], basePath: '/base/path' }],
];
const GIVEN = { id: 7, name: 'Ann & Bo', token: 'abc' };

// ---- the provider -------------------------------------------------------------------------------

function record(request, content) {
  const headers = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) headers.push([request.rawHeaders[i].toLowerCase(), request.rawHeaders[i + 1]]);
  return { method: request.method, url: request.url, headers, body: content };
}

function provider(seen) {
  const server = http.createServer((request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      seen.push(record(request, Buffer.concat(pieces).toString('latin1')));
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(request.url.startsWith(STATES) ? GIVEN : { given: 'values' }));
    });
  });
  return new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server)); });
}

// ---- what may differ ----------------------------------------------------------------------------

const valuesOf = (headers, name) => headers.filter(([other]) => other === name).map(([, value]) => value);
const namesOf = (...lists) => [...new Set(lists.flat().map(([name]) => name))].sort();
const pathOf = ({ url }) => url.replace(/\?.*/s, '');
const queryOf = (one) => one.url.slice(pathOf(one).length);

// What a form's reader sees, whatever the order of the names.
function fieldsOf(query) {
  const pairs = [...new URLSearchParams(query)];
  return JSON.stringify(namesOf(pairs).map((name) => [name, valuesOf(pairs, name)]));
}

function isSameJson(a, b) {
  try {
    return isDeepStrictEqual(JSON.parse(a), JSON.parse(b));
  } catch {
    return false;
  }
}

// The length of what is sent says no more than that.
const lengthOf = ({ body }) => (body === '' ? [] : [['content-length', String(body.length)]]);
const ofTheConnection = ([name, value]) => (name === 'host' && /^127\.0\.0\.1:/.test(value)) || name === 'connection';
function headersOf(one) {
  const [length] = lengthOf(one);
  return one.headers.filter((header) => !ofTheConnection(header) && !isDeepStrictEqual(header, length));
}

const CLIENT = { accept: ['*/*', ''], 'accept-encoding': ['gzip,deflate', ''], 'content-length': ['', '0'] };
const isOfClient = (name, their, our) => (name === 'user-agent' ? /^pact/.test(their) && /^tally/.test(our) : isDeepStrictEqual(CLIENT[name], [their, our]));
const isHeader = (test) => (difference) => difference.part === 'header' && test(difference);

const ROWS = {
  'headers that the client adds': isHeader(({ name, their, our }) => isOfClient(name, their, our)),
  'lists of headers': isHeader(({ their, our }) => their.includes(' | ') && their.replaceAll(' | ', ', ') === our),
  digits: ({ part, their, our }) => part === 'body' && /59\.80/.test(our) && their === our.replace('59.80', '59.8').replace('1e2', '100.0'),
  'order of members': ({ part, their, our }) => part === 'body' && isSameJson(their, our),
  'order of parameters': ({ part, their, our }) => part === 'query' && fieldsOf(their) === fieldsOf(our),
  'a parameter without `=`': ({ part, their, our }) => part === 'query' && their === '' && our === '?flag',
  'queries that are not UTF-8': ({ part, their, our }) => part === 'query' && our.includes('%E9') && their.includes('%25E9'),
  'dots in paths': ({ part, their, our }) => part === 'path' && new URL(our, 'http://provider').pathname === their,
  '`/` behind a base path': ({ part, their, our }) => part === 'path' && our === `${their}/`,
  '`?` and `#` in paths': ({ part, their, our }) => (part === 'path' && `${their}b` === our.replace(/%3F|%23/, '')) || (part === 'query' && their === '?b' && our === ''),
};

function differences(their, our) {
  const found = [];
  const add = (part, name, a, b) => { if (a !== b) found.push({ part, name, their: a, our: b }); };
  add('method', '', their.method, our.method);
  add('path', '', pathOf(their), pathOf(our));
  add('query', '', queryOf(their), queryOf(our));
  const headers = [headersOf(their), headersOf(our)];
  for (const name of namesOf(...headers)) add('header', name, ...headers.map((list) => valuesOf(list, name).join(' | ')));
  add('body', '', their.body, our.body);
  return found;
}

// ---- the comparison -----------------------------------------------------------------------------

const contract = (version, list) => text({ consumer: { name: 'consumer' }, provider: { name: 'provider' }, interactions: list, metadata: { pactSpecification: { version: VERSIONS[version] } } });

async function sent(engine, version, list, how) {
  const seen = [];
  const answer = await engine.replay(await provider(seen), contract(version, list), { ...how, more: engine.more });
  return { seen, refused: answer.refused };
}

function show(title, difference, row) {
  console.log(`# ${row ? `${row}: ` : 'other: '}${title}: ${difference.part} ${difference.name} reference ${JSON.stringify(difference.their)}, tally ${JSON.stringify(difference.our)}`);
}

const isShown = process.argv.includes('--show');

const told = ({ seen, refused }) => refused ?? seen.map(({ method, url, body }) => `${method} ${url} ${body}`).join('; ');

// What differs, as [difference, row].
function compare(theirs, ours) {
  if (theirs.refused || ours.refused || theirs.seen.length !== ours.seen.length) return [[{ part: 'requests', name: '', their: told(theirs), our: told(ours) }]];
  return theirs.seen.flatMap((their, index) => differences(their, ours.seen[index])).map((difference) => [difference, Object.keys(ROWS).find((row) => ROWS[row](difference))]);
}

const engines = [new Reference(process.env.PACT || require('@pact-foundation/pact-cli/src/pact-standalone').standalone().pactFullPath), new Tally(process.env.TALLY)];
engines[1].more = ['--jobs', '1'];

// A contract of them all; each alone where something differs that no row tells of, to see which.
async function judge(version, cases, way, how) {
  const [theirs, ours] = await Promise.all(engines.map((engine) => sent(engine, version, cases.map(({ interaction }) => interaction), how)));
  const found = compare(theirs, ours);
  if (cases.length > 1 && found.some(([, row]) => !row)) {
    const alone = [];
    for (const one of cases) alone.push(await judge(version, [one], way, how));
    return { count: theirs.seen.length, found: alone.flatMap((one) => one.found) };
  }
  for (const [difference, row] of found) if (!row || isShown) show(`${cases.length > 1 ? '' : `${cases[0].what}, `}version ${version}, ${way}`, difference, row);
  return { count: theirs.seen.length, found };
}

async function main() {
  const results = [];
  for (const version of Object.keys(VERSIONS)) {
    const cases = REQUESTS.filter(([, of]) => of === version).map(([what, , interaction], index) => ({ what, interaction: { description: `r${version}-${String(index).padStart(3, '0')}`, ...interaction } }));
    for (const [way, how] of HOWS) results.push(await judge(version, cases, way, how));
  }
  const found = results.flatMap((result) => result.found);
  const rows = new Set(found.map(([, row]) => row));
  const others = found.filter(([, row]) => !row).length;
  const unseen = Object.keys(ROWS).filter((row) => !rows.has(row));
  for (const row of unseen) console.log(`# nothing differed by: ${row}`);
  console.log(`# ${results.reduce((sum, { count }) => sum + count, 0)} requests: ${found.length - others} differences as told, ${others} others`);
  process.exitCode = others + unseen.length > 0 ? 1 : 0;
}

main();
