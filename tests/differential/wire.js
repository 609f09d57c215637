// The other end: a provider that answers with each case's actual part, and a client that sends it.
'use strict';
const http = require('node:http');
const { text } = require('./values');

// Raw names and values: what node would refuse or join stays as the case has it.
const flat = (headers) => (headers || []).flat();

function metadataHeader(metadata) {
  return metadata ? [['Pact-Message-Metadata', Buffer.from(text(metadata)).toString('base64')]] : [];
}

function serve(cases) {
  const byId = new Map(cases.map((test) => [test.id, test]));
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => { body += piece; });
    request.on('end', () => {
      const id = request.method === 'POST' ? JSON.parse(body).description : request.url.slice(1);
      // Whoever follows a redirection comes to what is not there.
      const { actual } = byId.get(id) ?? { actual: { status: 404 } };
      response.sendDate = false;
      const content = actual.body === undefined ? '' : Buffer.from(actual.body);
      response.writeHead(actual.status ?? 200, [...flat(actual.headers), ...flat(metadataHeader(actual.metadata)), 'Content-Length', content.length]);
      response.end(content);
    });
  });
  return new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server)); });
}

// { status, id }: id is the X-Case of the answer.
function send(port, actual, agent) {
  const content = actual.body === undefined ? Buffer.alloc(0) : Buffer.from(actual.body);
  const length = content.length > 0 ? ['Content-Length', content.length] : [];
  const path = actual.query === undefined ? actual.path : `${actual.path}?${actual.query}`;
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method: actual.method ?? 'GET', path, agent,
      headers: ['Host', `127.0.0.1:${port}`, ...flat(actual.headers), ...length] }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode, id: response.headers['x-case'] }));
    });
    request.on('error', reject);
    request.end(content);
  });
}

module.exports = { serve, send };
