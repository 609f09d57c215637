// The same without one of the requests.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrdersClient } from './client.mjs';

test('an order is found', async () => {
  assert.equal((await new OrdersClient(process.env.TALLY_MOCK_URL).find(42)).id, 42);
});
