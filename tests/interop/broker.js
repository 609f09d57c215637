// A stand-in Pact Broker, and the provider that its contracts are of: broker.js RECORDED.
//
// Prints `listening on http://127.0.0.1:PORT`.  It answers with recorded exchanges; of several for
// one address with the one in which the same was sent.  POST /_forget forgets what it was asked, GET
// /_asked tells: [{"method", "path", "sent"}].  The provider is below /provider: good at greeting,
// not at parting.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');

const recorded = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
let asked = [];

function same(a, b) {
  try {
    assert.deepStrictEqual(a, b);
    return true;
  } catch {
    return false;
  }
}

function find(question) {
  const there = recorded.filter((each) => each.method === question.method && each.path === question.path);
  return there.find((each) => same(each.sent, question.sent)) || there[0];
}

function send(response, status, type, value) {
  response.writeHead(status, { 'Content-Type': type });
  response.end(JSON.stringify(value));
}

function answer(request, response, text) {
  const question = { method: request.method, path: request.url };
  if (text) question.sent = JSON.parse(text);
  if (request.url === '/_asked') return send(response, 200, 'application/json', asked);
  if (request.url === '/_forget') {
    asked = [];
    return send(response, 200, 'application/json', {});
  }
  if (request.url === '/provider/hello') return send(response, 200, 'application/json', { a: 1 });
  if (request.url === '/provider/bye') return send(response, 200, 'application/json', { a: 1 });
  asked.push(question);
  const found = find(question);
  return found ? send(response, found.status, found.type, found.body)
    : send(response, 404, 'application/json', { error: `nothing recorded for ${question.method} ${question.path}` });
}

const server = http.createServer((request, response) => {
  let text = '';
  request.on('data', (data) => { text += data; });
  request.on('end', () => answer(request, response, text));
});
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
