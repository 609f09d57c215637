// The code under test: a client of the orders service.
export class OrdersClient {
  constructor(base) {
    this.base = base;
  }

  async find(id) {
    const response = await fetch(`${this.base}/orders/${id}`, { headers: { Accept: 'application/json' } });
    if (!response.ok) throw new Error(`order ${id}: status ${response.status}`);
    return response.json();
  }

  async place(sku, quantity) {
    const response = await fetch(`${this.base}/orders`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ sku, quantity }),
    });
    if (!response.ok) throw new Error(`a new order: status ${response.status}`);
    return (await response.json()).id;
  }
}
