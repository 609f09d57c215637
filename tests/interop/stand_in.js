// Answers as a contract's own examples say: stand_in.js CONTRACT.
//
// Prints `listening on http://127.0.0.1:PORT`.  Messages are asked for as verifiers do: POST / with
// {"description"}.
'use strict';
const fs = require('node:fs');
const http = require('node:http');

const contract = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));

function bytesOf(body) {
  if (!body) return Buffer.alloc(0);
  if (body.encoded === 'base64') return Buffer.from(body.content, 'base64');
  if (typeof body.content === 'string' && !/json/.test(body.contentType)) return Buffer.from(body.content);
  return Buffer.from(JSON.stringify(body.content));
}

function sendMessage(response, message) {
  const metadata = Buffer.from(JSON.stringify(message.metadata || {})).toString('base64');
  response.writeHead(200, { 'Content-Type': message.contents.contentType, 'Pact-Message-Metadata': metadata });
  response.end(bytesOf(message.contents));
}

function answer(request, response, text) {
  const asked = request.method === 'POST' && text ? JSON.parse(text) : {};
  for (const each of contract.interactions) {
    if (each.type === 'Asynchronous/Messages' && each.description === asked.description) return sendMessage(response, each);
    if (each.type === 'Synchronous/Messages' && each.description === asked.description) {
      return sendMessage(response, each.response[0]);
    }
    if (each.type === 'Synchronous/HTTP' && each.request.path === request.url) {
      response.writeHead(each.response.status, each.response.headers);
      return response.end(bytesOf(each.response.body));
    }
  }
  response.writeHead(request.url === '/provider-states' ? 200 : 404);
  return response.end();
}

const server = http.createServer((request, response) => {
  let text = '';
  request.on('data', (data) => { text += data; });
  request.on('end', () => answer(request, response, text));
});
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
