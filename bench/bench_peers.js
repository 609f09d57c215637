// Tally's mock provider beside that of the reference implementation of Pact, in one run:
// bench_peers.js TALLY, with NODE_PATH set to the packages of tests/interop.
//
// Both get the same expectations as integration JSON and the same requests over a connection that
// is kept open, so a time is that of HTTP, of parsing the body and of comparing it.
'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { makeConsumerPact } = require('@pact-foundation/pact-core');
const { version } = require('@pact-foundation/pact-core/package.json');

const tally = path.resolve(process.argv[2]);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tally-bench-'));
const SPEC_V3 = 4; // pactffi_with_specification's number for it
const JSON_HEADERS = { 'Content-Type': 'application/json' };
const children = new Set();

const rule = (type, value, more = {}) => ({ 'pact:matcher:type': type, value, ...more });

function order(id) {
  return {
    id, customer: 'Jörg Example', total: id + 0.5, currency: 'EUR', paid: true, note: 'none', weight: 2.5,
    city: 'Lund', placed: '2024-06-01',
    lines: [{ sku: `A-${id}`, count: 3, price: 12.25 }, { sku: `B-${id}`, count: 1, price: 7.75 }],
  };
}

function orders(bytes) {
  const list = [];
  for (let length = 0; length < bytes; length += JSON.stringify(list[list.length - 1]).length + 1) {
    list.push(order(list.length + 1));
  }
  return { orders: list };
}

// The same shape with 14 rules.
function template() {
  const one = order(1);
  const line = one.lines[0];
  return {
    orders: rule('type', [{
      id: rule('integer', one.id),
      customer: rule('type', one.customer),
      total: rule('decimal', one.total),
      currency: rule('include', 'EUR'),
      paid: rule('boolean', true),
      note: rule('type', one.note),
      weight: rule('number', one.weight),
      city: rule('type', one.city),
      placed: rule('date', one.placed, { format: 'yyyy-MM-dd' }),
      lines: rule('type', [{
        sku: rule('type', line.sku), count: rule('integer', line.count), price: rule('decimal', line.price),
      }], { min: 1 }),
    }], { min: 1 }),
  };
}

// The reference's mock runs in this process, in threads of its own.
function startReference(interactions) {
  const pact = makeConsumerPact('bench', 'reference', SPEC_V3, 'error');
  for (const { description, request, response } of interactions) {
    const interaction = pact.newInteraction(description);
    interaction.uponReceiving(description);
    interaction.withRequest(request.method, request.path);
    if (request.body) interaction.withRequestBody(JSON.stringify(request.body), 'application/json');
    interaction.withStatus(response.status);
  }
  const port = pact.createMockServer('127.0.0.1', 0);
  return { base: `http://127.0.0.1:${port}`, stop: () => pact.cleanupMockServer(port) };
}

function startTally(interactions) {
  const file = path.join(folder, 'expectations.json');
  fs.writeFileSync(file, JSON.stringify({ consumer: { name: 'bench' }, provider: { name: 'tally' }, interactions }));
  return new Promise((resolve, reject) => {
    const child = spawn(tally, ['mock', file, '--output-dir', path.join(folder, 'out')], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    children.add(child);
    child.on('error', reject);
    child.stdout.on('data', (piece) => {
      text += piece;
      const found = /^listening on (\S+)/.exec(text);
      if (found) resolve({ base: found[1], stop: () => { children.delete(child); child.kill('SIGKILL'); } });
    });
    child.on('exit', () => reject(new Error(`tally mock ended: ${text}`)));
  });
}

function ask(agent, base, { method, path: target, body }) {
  return new Promise((resolve, reject) => {
    const headers = body ? { ...JSON_HEADERS, 'Content-Length': body.length } : {};
    const request = http.request(new URL(target, base), { method, headers, agent }, (answer) => {
      let text = '';
      answer.on('data', (piece) => { text += piece; });
      answer.on('end', () => (answer.statusCode === 200 ? resolve()
        : reject(new Error(`${base}: status ${answer.statusCode}: ${text.slice(0, 500)}`))));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

// The median time of one request, for each of the two in turn.
async function measure(servers, request, samples) {
  const agents = servers.map(() => new http.Agent({ keepAlive: true, maxSockets: 1 }));
  const times = servers.map(() => []);
  for (let sample = -2; sample < samples; sample++) {
    for (let i = 0; i < servers.length; i++) {
      const start = process.hrtime.bigint();
      await ask(agents[i], servers[i].base, request);
      if (sample >= 0) times[i].push(Number(process.hrtime.bigint() - start) / 1e6);
    }
  }
  agents.forEach((agent) => agent.destroy());
  return times.map(median);
}

function row(what, [ours, theirs]) {
  console.log(`${what.padEnd(44)} ${ours.toFixed(2).padStart(10)} ${theirs.toFixed(2).padStart(10)} ${(theirs / ours).toFixed(1).padStart(8)}`);
}

async function compare(what, interactions, request, samples) {
  const ours = await startTally(interactions);
  const theirs = startReference(interactions);
  try {
    row(what, await measure([ours, theirs], request, samples));
  } finally {
    ours.stop();
    theirs.stop();
  }
}

const post = (body) => [{
  description: 'orders', request: { method: 'POST', path: '/orders', headers: JSON_HEADERS, body }, response: { status: 200 },
}];

async function main() {
  console.log(`beside @pact-foundation/pact-core ${version}: median ms of a request`);
  console.log(`${''.padEnd(44)} ${'Tally'.padStart(10)} ${'reference'.padStart(10)} ${'times'.padStart(8)}`);
  for (const [name, bytes, samples] of [['1 kB', 1000, 101], ['100 kB', 100000, 21], ['1 MB', 1000000, 7]]) {
    const body = orders(bytes);
    const request = { method: 'POST', path: '/orders', body: Buffer.from(JSON.stringify(body)) };
    await compare(`POST ${name}, no rules`, post(body), request, samples);
    await compare(`POST ${name}, 14 rules`, post(template()), request, samples);
  }
  const many = Array.from({ length: 100 }, (_, i) => ({
    description: `order ${i}`,
    request: { method: 'POST', path: `/orders/${i}`, headers: JSON_HEADERS, body: template() },
    response: { status: 200 },
  }));
  const last = { method: 'POST', path: '/orders/99', body: Buffer.from(JSON.stringify(orders(1000))) };
  await compare('POST 1 kB, 14 rules, 100 interactions', many, last, 5);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
}).finally(() => {
  for (const child of children) child.kill('SIGKILL');
  fs.rmSync(folder, { recursive: true, force: true });
});
