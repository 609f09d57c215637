// Two stub servers that serve what generate.js writes: stub_generated.js TALLY_URL REFERENCE_URL
// prints each request to which they do not give the same status, type and body.  They agree on what fits; what
// fits nothing is a matter of taste (404 and why, or 404 with nothing).
'use strict';

const JSON_TYPE = { 'Content-Type': 'application/json' };

// [method, path, headers, body, does it fit]
const requests = [
  ['GET', '/orders/42?fields=all&page=1', { Accept: 'application/json' }, undefined, true],
  ['GET', '/orders/7?fields=all&page=23', { Accept: 'application/json' }, undefined, true],
  ['GET', '/orders/42?fields=id&fields=items&page=4', { Accept: 'application/json', 'X-Request-Id': '00c0ffee' }, undefined, true],
  ['GET', '/orders/42?page=1', { Accept: 'application/json' }, undefined, true],
  ['GET', '/motd', {}, undefined, true],
  ['GET', '/picture', {}, undefined, true],
  ['POST', '/orders', JSON_TYPE, { sku: 'TS-M', quantity: 2 }, true],
  ['POST', '/orders', JSON_TYPE, { quantity: 5, sku: 'another' }, true],
  ['POST', '/orders', JSON_TYPE, { quantity: 5, sku: 'another', more: 1 }, false],
  ['POST', '/orders', JSON_TYPE, { sku: 1, quantity: 'two' }, false],
  ['GET', '/orders/forty-two?fields=all&page=1', { Accept: 'application/json' }, undefined, false],
  ['GET', '/orders/42?fields=all&page=one', { Accept: 'application/json' }, undefined, false],
  ['DELETE', '/orders/42', {}, undefined, false],
  ['GET', '/motd/of/another/day', {}, undefined, false],
];

// JSON is the same in any layout.
function comparable(type, bytes) {
  return /json/.test(type) ? JSON.stringify(sorted(JSON.parse(bytes.toString()))) : bytes.toString('base64');
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

async function ask(base, [method, path, headers, body, fits]) {
  const answer = await fetch(base + path, { method, headers, body: body && JSON.stringify(body) });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (!fits) return `${answer.status}`;
  const type = answer.headers.get('content-type');
  return `${answer.status} ${type} ${answer.headers.get('x-version')} ${comparable(type, bytes)}`;
}

async function main([tally, reference]) {
  for (const request of requests) {
    const [ours, theirs] = await Promise.all([ask(tally, request), ask(reference, request)]);
    const fits = ours.startsWith('2');
    if (ours !== theirs || fits !== request[4]) console.log(`${request[0]} ${request[1]}\n  tally:     ${ours}\n  reference: ${theirs}`);
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
