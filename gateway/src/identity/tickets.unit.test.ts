import { describe, expect, it } from 'vitest';
import { anonymous } from './identity.js';
import { createTickets, TICKET_LIFETIME_MS } from './tickets.js';
import { rememberUsedTickets } from './usedTickets.js';

const identity = { kind: 'VISITOR', sub: 'ada', scopes: ['read'] };
const key = Buffer.alloc(32, 7);

function office(over: Partial<Parameters<typeof createTickets>[0]> = {}) {
  const clock = { now: 1_000_000 };
  const now = () => clock.now;
  return { clock, ...createTickets({ key, used: rememberUsedTickets(TICKET_LIFETIME_MS, now), now, ...over }) };
}

describe('a ticket', () => {
  it('gives the credentials that it was made for, once', async () => {
    const { mint, redeem } = office();
    const { ticket, expiresInSeconds } = mint({ identity, expiresAt: 9_000_000 });
    expect(expiresInSeconds).toBe(60);
    expect(await redeem(ticket)).toEqual({ identity, expiresAt: 9_000_000 });
    await expect(redeem(ticket)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('is not good after its time, nor after the time of the token', async () => {
    const { clock, mint, redeem } = office();
    const { ticket } = mint({ identity, expiresAt: undefined });
    const { ticket: short, expiresInSeconds } = mint({ identity, expiresAt: clock.now + 5_000 });
    expect(expiresInSeconds).toBe(5);
    clock.now += 5_000;
    await expect(redeem(short)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    clock.now += 55_000;
    await expect(redeem(ticket)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('stays used as long as it would be good, however many come', async () => {
    const { clock, mint, redeem } = office();
    const tickets = [];
    for (let step = 0; step < 12; step += 1) {
      const { ticket } = mint({ identity, expiresAt: undefined });
      await redeem(ticket);
      tickets.push(ticket);
      clock.now += 10_000;
      for (const used of tickets) await expect(redeem(used)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });

  it('of another key is not good', async () => {
    const { ticket } = office({ key: Buffer.alloc(32, 8) }).mint({ identity: anonymous, expiresAt: undefined });
    await expect(office().redeem(ticket)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('cannot be used while nobody knows whether it has been', async () => {
    const used = { use: () => Promise.reject(new Error('away')) };
    const { mint, redeem } = office({ used });
    const { ticket } = mint({ identity, expiresAt: undefined });
    await expect(redeem(ticket)).rejects.toMatchObject({ code: 'IDENTITY_UNAVAILABLE' });
  });
});
