import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NatsLink } from '../src/eventSource/jetStream/natsLink.js';
import { usedTicketsInNats } from '../src/identity/usedTicketsInNats.js';
import { createLogger } from '../src/log.js';

const log = createLogger({ level: 'silent' });
const links: NatsLink[] = [];
const open = (url = process.env.TEST_NATS_URL as string) => {
  const link = new NatsLink({ url, name: 'test', log });
  links.push(link);
  return usedTicketsInNats(link, 60_000);
};
let processes: ReturnType<typeof open>[];

beforeAll(() => {
  processes = [open(), open(), open()];
});
afterAll(() => Promise.all(links.map((link) => link.close())));

it('a ticket is used once, whichever process it is given to, also when it is given to all at once', async () => {
  const id = randomUUID();
  const used = await Promise.all([...processes, ...processes].map((each) => each.use(id)));
  expect(used.filter(Boolean)).toHaveLength(1);
  expect(await processes[1]?.use(id)).toBe(false);
  expect(await processes[1]?.use(randomUUID())).toBe(true);
});

it('that cannot be looked up is not taken for unused', async () => {
  await expect(open('127.0.0.1:1').use(randomUUID())).rejects.toThrow();
});
