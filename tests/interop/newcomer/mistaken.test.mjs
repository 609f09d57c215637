// The same with a mistake: the quantity is sent as a text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrdersClient } from './client.mjs';

const client = new OrdersClient(process.env.TALLY_MOCK_URL);

test('an order is found', async () => {
  assert.equal((await client.find(42)).id, 42);
});

test('an order is placed', async () => {
  assert.equal(await client.place('TS-L', '3'), 43);
});
