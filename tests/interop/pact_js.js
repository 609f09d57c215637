// The verifier of pact-js, as a provider's test calls it: pact_js.js URL CONTRACT...
//
// With handlers of provider states, some with a teardown, and with message providers, one with
// metadata; those of provider.js at URL are asked, so that both verifiers meet the same provider.
// The exit status is 1 if the contracts are not honoured.
'use strict';
const { Verifier, providerWithMetadata } = require('@pact-foundation/pact');

const [url, ...contracts] = process.argv.slice(2);

async function change(action, state, params = {}) {
  const answer = await fetch(`${url}/provider-states`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ action, state, params }) });
  if (!answer.ok) throw new Error(`${state}: ${answer.status}`);
  return answer.json();
}

async function message(description) {
  const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ description }) });
  return answer.json();
}

const stateHandlers = {
  'order 42 exists': { setup: (params) => change('setup', 'order 42 exists', params), teardown: (params) => change('teardown', 'order 42 exists', params) },
  'the shop is open': (params) => change('setup', 'the shop is open', params),
};
const messageProviders = {
  'an order was shipped': providerWithMetadata(() => message('an order was shipped'), { queue: 'orders', contentType: 'application/json' }),
  'the price of an article is asked': () => message('the price of an article is asked'),
};

new Verifier({ provider: 'orders', providerBaseUrl: url, pactUrls: contracts, stateHandlers, messageProviders, logLevel: 'error' }).verifyProvider()
  .then((output) => console.log(output), (error) => { console.log(error.message); process.exitCode = 1; });
