// tally mock expectations.json -- node --test orders.test.mjs
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrdersClient } from './client.mjs';

const client = new OrdersClient(process.env.TALLY_MOCK_URL);

test('an order is found', async () => {
  const order = await client.find(42);
  assert.equal(order.status, 'shipped');
});

test('an order is placed', async () => {
  assert.equal(await client.place('TS-L', 3), 43);
});
