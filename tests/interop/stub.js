// Asks the stub servers of the reference implementation and of Tally the same: stub.js REFERENCE OURS
// Prints what differs other than is known, and leaves with 1 then.
'use strict';

const [reference, ours] = process.argv.slice(2);
const json = { 'Content-Type': 'application/json' };

const digits = [['body', '{"id":1,"total":59.8}', '{"id":1,"total":59.80}']];

// Each request, and how the two are known to differ: a list of [what, reference, ours].
const requests = [
  ['GET', '/orders'],
  ['GET', '/orders', { 'X-Token': 'other' }],
  ['GET', '/orders', { 'X-Token': 'secret' }, null, [['body', 'anybody', 'token']]],
  ['GET', '/orders?page=2'],
  ['GET', '/orders?page=3'],
  ['GET', '/orders?page=2&size=1'],
  ['GET', '/orders/1', {}, null, digits],
  ['GET', '/orders/77', {}, null, digits],
  ['GET', '/orders/x'],
  ['GET', '/headers'],
  ['GET', '/headers', { A: '1' }],
  ['GET', '/headers', { A: '1', B: '1' }],
  ['GET', '/headers', { B: '1', C: '1' }],
  ['GET', '/states', { 'X-State': '42' }],
  ['GET', '/states', { 'X-State': '^there is' }],
  ['GET', '/states', { 'X-State': 'nothing' }],
  ['POST', '/orders', json, '{"sku":"a","count":7}'],
  ['POST', '/orders', json, '{"sku":"a","count":"7"}'],
  ['POST', '/orders', json, '{"sku":"a","count":7,"more":1}'],
  ['POST', '/orders', { 'Content-Type': 'text/plain' }, '{"sku":"a","count":1}'],
  ['POST', '/orders', json, 'no JSON'],
  ['POST', '/orders', {}, ''],
  ['POST', '/orders'],
  ['PUT', '/orders', json, '{"sku":"a","count":1}'],
  ['GET', '/own'],
  ['GET', '/xml'],
  ['GET', '/text'],
  ['GET', '/generated'],
  ['DELETE', '/orders/1'],
  ['GET', '/search'],
  ['HEAD', '/orders'],
  ['OPTIONS', '/orders'],
  ['GET', '/nothing'],
  ['GET', '/orders', { Referer: 'https://shop.test/basket?a=b' }, null,
    [['origin', '*', 'https://shop.test']]],
];

const parts = ['status', 'type', 'origin', 'body'];

async function ask(base, [method, target, headers, body]) {
  const answer = await fetch(base + target, { method, headers, body });
  const text = await answer.text();
  return {
    status: String(answer.status),
    type: answer.headers.get('content-type'),
    origin: answer.headers.get('access-control-allow-origin'),
    // Of what nothing answers, each says something of its own.
    body: answer.status === 404 && !text.includes('not there') ? null : text,
  };
}

async function main() {
  let failures = 0;
  for (const request of requests) {
    const answers = [await ask(reference, request), await ask(ours, request)];
    const unknown = answers[0].status === '404' && answers[0].body === null;
    for (const part of parts) {
      const [theirs, mine] = answers.map((answer) => answer[part]);
      const known = (request[4] || []).find(([what]) => what === part);
      // What ours says of a request that nothing answers is described in JSON.
      if (part === 'type' && unknown && theirs === null) continue;
      if (theirs === mine || (known && theirs === known[1] && mine === known[2])) continue;
      failures++;
      console.log(`${request[0]} ${request[1]} ${JSON.stringify(request[2] || {})}: ${part}: ` +
        `the reference ${JSON.stringify(theirs)}, ours ${JSON.stringify(mine)}`);
    }
  }
  process.exitCode = failures > 0 ? 1 : 0;
}

main();
