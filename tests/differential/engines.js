// The two implementations: each gives a verdict for cases, by its mock server (requests) or its
// verifier (responses and messages).  A verdict is true, false or 'refused': the contract was.
'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const path = require('node:path');
const { contract } = require('./contract');
const { serve, send } = require('./wire');

const scratch = fs.mkdtempSync(path.join(process.env.TMPDIR || '/tmp', 'tally-differential-'));
process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));
let files = 0;
const scratchFile = (name) => path.join(scratch, `${(files += 1)}-${name}`);

// The reference reads all certificates again for each interaction; nothing here speaks TLS.
const ENVIRONMENT = { ...process.env, SSL_CERT_FILE: '/dev/null', SSL_CERT_DIR: '/dev/null' };

function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: scratch, env: ENVIRONMENT });
    let out = '';
    child.stdout.on('data', (piece) => { out += piece; });
    child.stderr.on('data', (piece) => { out += piece; });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, out }));
  });
}

async function ask(port, cases) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
  const verdicts = [];
  for (const test of cases) {
    try {
      const answer = await send(port, test.actual, agent);
      verdicts.push({ verdict: answer.status === 200 && answer.id === test.id });
    } catch (error) {
      verdicts.push({ verdict: 'no answer', why: error.message });
    }
  }
  agent.destroy();
  return verdicts;
}

// Verifies one contract against a server; `read` finds the outcomes, by description, in the report.
async function replay(server, content, program, args, read) {
  const file = scratchFile('contract.json');
  const report = scratchFile('report.json');
  fs.writeFileSync(file, content);
  const done = await run(program, args(file, server.address().port, report));
  server.closeAllConnections();
  server.close();
  if (!fs.existsSync(report)) return { refused: done.out };
  const outcomes = read(JSON.parse(fs.readFileSync(report, 'utf8')));
  return outcomes.size === 0 ? { refused: done.out } : { outcomes, status: done.status, output: done.out };
}

// The parts of an answer that a mismatch can be about, as both reports name them.
const PARTS = { BodyMismatch: 'body', BodyTypeMismatch: 'body', StatusMismatch: 'status', HeaderMismatch: 'header', MetadataMismatch: 'metadata', 'body-type': 'body' };
// Where a rule for metadata is at work, Tally tells the place in the value, too.
const keyOf = (name) => (/^\$(?:\.([^.[]+)|\['(.*?)'\]|\[(.*?)\])/.exec(name) ?? [name]).filter((part) => part !== undefined).pop().toLowerCase();
const partOf = (type, name) => (['header', 'metadata'].includes(PARTS[type] ?? type) ? `${PARTS[type] ?? type} ${keyOf(name)}` : PARTS[type] ?? type);
const partsOf = (mismatches) => [...new Set(mismatches)].sort().join(', ');

// What failed, by the last word of its title, which is the description.
function referenceOutcomes(report) {
  const outcomes = new Map(report.interactionResults.map((result) => [result.description, { verdict: result.result === 'OK', parts: '' }]));
  for (const { interaction, mismatch } of [...report.errors, ...report.pendingErrors]) {
    const outcome = outcomes.get(interaction.split(' ').pop());
    if (!outcome) continue;
    outcome.parts = partsOf((mismatch.mismatches ?? [{ type: 'error' }]).map(({ type, key }) => partOf(type, key)));
    outcome.why = (mismatch.mismatches ?? [{ mismatch: mismatch.message }]).map((one) => `${one.path ?? one.key ?? ''}: ${one.mismatch}`).join('\n');
  }
  return outcomes;
}

function tallyOutcome({ outcome, mismatches, message }) {
  const parts = outcome === 'error' ? 'error' : partsOf(mismatches.map(({ type, path: name }) => partOf(type, name)));
  const why = [message, ...mismatches.map((one) => `${one.path}: ${one.message}`)].filter((line) => line).join('\n');
  return { verdict: { passed: true, failed: false }[outcome] ?? 'refused', parts, why };
}

// The cases, against a provider that has their answers.
async function verify(engine, cases) {
  const answer = await engine.replay(await serve(cases), contract(cases));
  return answer.refused === undefined ? { verdicts: cases.map((test) => ({ ...answer.outcomes.get(test.id), exit: answer.status })) } : answer;
}

// The cases, sent to a mock server.
async function mock(engine, cases) {
  const answer = await engine.mock(contract(cases), (port) => ask(port, cases));
  return answer.refused === undefined ? { verdicts: answer.result } : answer;
}

// Where a provider of either verifier is told of provider states; others need not listen.
const STATES = '/provider-states';
const stateOptions = (port, { states, teardown, asQuery }) => (states ? ['-s', `http://127.0.0.1:${port}${STATES}`, ...(teardown ? ['--state-change-teardown'] : []),
  ...(asQuery ? ['--state-change-as-query'] : [])] : []);

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

class Reference {
  constructor(program) { this.program = program; }

  async start() {
    this.port = await freePort();
    this.child = spawn(this.program, ['mock', 'start', '-h', '127.0.0.1', '-p', String(this.port), '--no-file-log', '-l', 'none', '-o', scratch],
      { stdio: 'ignore', cwd: scratch });
    for (let tries = 0; tries < 300; tries += 1) {
      if (await this.call('GET', '/').then(() => true, () => false)) return;
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    throw new Error('the reference mock server does not answer');
  }

  stop() { this.child.kill(); }

  // After a panic it holds its locks, and nothing works any more.
  async restart() {
    this.stop();
    await this.start();
  }

  call(method, url, body) {
    return new Promise((resolve, reject) => {
      const request = http.request({ host: '127.0.0.1', port: this.port, method, path: url, agent: false,
        headers: { 'Content-Type': 'application/json' } }, (response) => {
        let answer = '';
        response.on('data', (piece) => { answer += piece; });
        response.on('end', () => resolve({ status: response.statusCode, answer }));
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  // What `use` makes of the mock server of a contract, as { result }.
  async mock(content, use) {
    const created = await this.call('POST', '/', content).catch((error) => ({ status: 0, answer: error.message }));
    if (created.status === 0) await this.restart();
    if (created.status !== 200) return { refused: `${created.status} ${created.answer}` };
    const { id, port } = JSON.parse(created.answer).mockServer;
    const result = await use(port);
    await this.call('DELETE', `/mockserver/${id}`).catch(() => this.restart());
    return { result };
  }

  // How: { states, teardown, asQuery, headers: [[name, value]], basePath, more: [options] }.
  replay(server, content, how = {}) {
    return replay(server, content, this.program,
      (file, port, report) => ['verifier', '-f', file, '-h', '127.0.0.1', '-p', String(port), '-n', 'provider', '-j', report, '--no-colour',
        ...(how.headers || []).flatMap(([name, value]) => ['-H', `${name}=${value}`]), ...(how.basePath ? ['--base-path', how.basePath] : []),
        ...stateOptions(port, how), ...(how.more || [])],
      referenceOutcomes);
  }
}

class Tally {
  constructor(program) { this.program = program; }

  async start() {}

  stop() {}

  mock(content, use) {
    const file = scratchFile('contract.json');
    fs.writeFileSync(file, content);
    return new Promise((resolve, reject) => {
      const child = spawn(this.program, ['mock', file, '--output-dir', scratchFile('out')], { cwd: scratch });
      let out = '';
      let used;
      const heard = (piece) => {
        out += piece;
        const port = /^listening on http:\/\/[^:]*:(\d+)/m.exec(out);
        if (!port || used) return;
        used = use(Number(port[1]));
        used.then(() => child.kill('SIGINT'), reject);
      };
      child.stdout.on('data', heard);
      child.stderr.on('data', heard);
      child.on('error', reject);
      child.on('close', async () => resolve(used ? { result: await used } : { refused: out }));
    });
  }

  replay(server, content, how = {}) {
    return replay(server, content, this.program,
      (file, port, report) => ['verify', file, '--provider-url', `http://127.0.0.1:${port}${how.basePath || ''}`, '--json', report,
        ...(how.headers || []).flatMap(([name, value]) => ['-H', `${name}: ${value}`]), ...stateOptions(port, how), ...(how.more || [])],
      (report) => new Map(report.contracts.flatMap((one) => one.interactions).map((result) => [result.description, tallyOutcome(result)])));
  }
}

// Cases in contracts of `size`; one that is refused is halved until the culprit stands alone.
async function judgeTogether(engine, cases) {
  const answer = cases[0].kind === 'request' ? await mock(engine, cases) : await verify(engine, cases);
  if (answer.verdicts) return answer.verdicts;
  if (cases.length === 1) return [{ verdict: 'refused', why: answer.refused }];
  const half = Math.ceil(cases.length / 2);
  return [...await judgeTogether(engine, cases.slice(0, half)), ...await judgeTogether(engine, cases.slice(half))];
}

async function judge(engine, cases, size) {
  const groups = new Map();
  for (const test of cases) {
    const key = test.alone ? test.id : `${test.spec} ${test.kind} ${test.pending ?? false}`;
    groups.set(key, [...(groups.get(key) || []), test]);
  }
  const verdicts = new Map();
  for (const group of groups.values()) {
    for (let at = 0; at < group.length; at += size) {
      const together = group.slice(at, at + size);
      const answers = await judgeTogether(engine, together);
      together.forEach((test, index) => verdicts.set(test.id, answers[index]));
    }
  }
  return verdicts;
}

module.exports = { Reference, Tally, judge, STATES };
