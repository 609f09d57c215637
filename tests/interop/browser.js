// What a browser does with a page of another origin: browser.js URL.
//
// A request that is not simple is preceded by a pre-flight, and both answers have to allow what was
// asked (the CORS protocol of the Fetch standard).  Prints what a page would see: the status and the
// body, or the reason why the browser keeps them from it, with exit status 1.
'use strict';
const http = require('node:http');

const ORIGIN = 'https://shop.example';

function send(url, method, headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers: { Origin: ORIGIN, ...headers } }, (answer) => {
      let text = '';
      answer.on('data', (piece) => { text += piece; });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const list = (text) => (text ?? '').split(',').map((item) => item.trim());
const allows = (allowed, wanted) => allowed.some((item) => item === '*' || item.toLowerCase() === wanted.toLowerCase());

function checkOrigin(what, { headers }) {
  const allowed = headers['access-control-allow-origin'];
  if (allowed !== '*' && allowed !== ORIGIN) throw new Error(`the ${what} allows the origin ${allowed}, not ${ORIGIN}`);
}

async function fetchAsPage(url, method, headers, body) {
  const names = Object.keys(headers).map((name) => name.toLowerCase()).sort();
  const preflight = await send(url, 'OPTIONS', {
    'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': names.join(','),
  });
  if (preflight.status < 200 || preflight.status > 299) throw new Error(`the pre-flight got status ${preflight.status}`);
  checkOrigin('pre-flight', preflight);
  if (!allows(list(preflight.headers['access-control-allow-methods']), method)) throw new Error(`the method ${method} is not allowed`);
  const allowed = list(preflight.headers['access-control-allow-headers']);
  const refused = names.filter((name) => !allows(allowed, name));
  if (refused.length) throw new Error(`headers are not allowed: ${refused}`);
  const answer = await send(url, method, headers, body);
  checkOrigin('answer', answer);
  return answer;
}

fetchAsPage(new URL('/orders/42', process.argv[2]), 'PUT', { 'Content-Type': 'application/json', 'X-Trace': 'a1' },
  '{"lines":[{"sku":"A","count":1.5}],"note":null}')
  .then(({ status, text }) => console.log(status, text))
  .catch((error) => { console.error(error.message); process.exitCode = 1; });
