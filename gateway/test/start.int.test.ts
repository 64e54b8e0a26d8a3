import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { clientsInMemory } from './fixtures/clientsInMemory.js';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway } from './fixtures/startTestGateway.js';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop?.close());

it('a gateway that cannot start closes what it has opened', async () => {
  const directory = clientsInMemory();
  const close = vi.spyOn(directory, 'close');
  const gateway = await startTestGateway(shop);
  try {
    const port = Number(new URL(gateway.url).port);
    await expect(startTestGateway(shop, { port }, { directory })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(close).toHaveBeenCalledTimes(1);
    await expect(startTestGateway({ supergraphFile: 'none' }, {}, { directory })).rejects.toMatchObject({
      name: 'SupergraphNotLoaded',
    });
    expect(close).toHaveBeenCalledTimes(2);
  } finally {
    await gateway.stop();
  }
});
