import { rename, rm, symlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { composeShop, type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

// A supergraph is loaded by a process and a thread of their own: seconds on a machine that does other things as well.
const PATIENT = { timeout: 30_000 };
vi.setConfig({ testTimeout: 120_000 });

let shop: Shop;
let gateway: TestGateway;

beforeEach(async () => {
  shop = await startShop();
  gateway = await startTestGateway(shop);
});
afterEach(async () => {
  await gateway?.stop();
  await shop?.close();
});

/** The shop without Person.friends. */
const withoutFriends = () => {
  const urls = new Map(
    [...shop.supergraphSdl.matchAll(/@join__graph\(name: "(\w+)", url: "([^"]+)"\)/g)].map(([, name, url]) => [
      name,
      url,
    ]),
  );
  return composeShop(
    (name) => String(urls.get(name)),
    (sdl) => sdl.replace('friends: [Person!]!', ''),
  );
};
const knowsFriends = async () => (await gateway.query('{ people { friends { id } } }')).body.data !== undefined;
const failures = async () => {
  const { values } = await gateway.metrics.supergraphLoads.get();
  return values.find(({ labels }) => labels.result === 'failed')?.value ?? 0;
};

it('a supergraph written over the old one is served without a restart', async () => {
  expect(await knowsFriends()).toBe(true);
  await writeFile(shop.supergraphFile, withoutFriends());
  await vi.waitFor(async () => expect(await knowsFriends()).toBe(false), PATIENT);
  expect((await gateway.query('{ people { reviews { text } } }')).status).toBe(200);
});

it('a supergraph put in the place of the old one by a rename is served', async () => {
  await writeFile(`${shop.supergraphFile}.new`, withoutFriends());
  await rename(`${shop.supergraphFile}.new`, shop.supergraphFile);
  await vi.waitFor(async () => expect(await knowsFriends()).toBe(false), PATIENT);
});

it('a supergraph behind a symbolic link that is exchanged is served', async () => {
  await writeFile(`${shop.supergraphFile}.2`, withoutFriends());
  await symlink(`${shop.supergraphFile}.2`, `${shop.supergraphFile}.link`);
  await rename(`${shop.supergraphFile}.link`, shop.supergraphFile);
  await vi.waitFor(async () => expect(await knowsFriends()).toBe(false), PATIENT);
});

it('one that does not load leaves the old one in service, and is counted; the next good one is served', async () => {
  const bad = ['this is not GraphQL', 'type Query { people: Int }', ''];
  for (const [index, text] of bad.entries()) {
    await writeFile(shop.supergraphFile, text);
    await vi.waitFor(async () => expect(await failures()).toBeGreaterThan(index), PATIENT);
    expect(await knowsFriends()).toBe(true);
  }
  const before = await failures();
  await rm(shop.supergraphFile);
  await vi.waitFor(async () => expect(await failures()).toBeGreaterThan(before), PATIENT);
  expect(await knowsFriends()).toBe(true);
  expect((await gateway.get('/health/ready')).status).toBe(200);

  await writeFile(shop.supergraphFile, withoutFriends());
  await vi.waitFor(async () => expect(await knowsFriends()).toBe(false), PATIENT);
});

it('a request in flight ends on the supergraph that it began with', async () => {
  const release = shop.hold();
  const answer = gateway.query('{ slow people { friends { id } } }');
  await vi.waitFor(() => expect(shop.seen.length).toBeGreaterThan(0));
  await writeFile(shop.supergraphFile, withoutFriends());
  await vi.waitFor(async () => expect(await knowsFriends()).toBe(false), PATIENT);
  release();
  expect((await answer).body.data.slow).toBe('done');
});
