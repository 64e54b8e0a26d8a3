import { makeClientKey } from '@leadgraph/schema/clients';
import { describe, expect, it, vi } from 'vitest';
import type { ClientKey } from '../clients/clientDirectory.js';
import { KnownClients } from '../clients/knownClients.js';
import { createClientKeys } from './clientKeys.js';

const identity = { kind: 'CALLER', sub: 'one', scopes: ['read'] };
const createdAt = '2026-01-01T00:00:00.000Z';

function makeKey(expiresAt?: number): { readonly key: string; readonly stored: ClientKey } {
  const { key, prefix, hash } = makeClientKey();
  return {
    key,
    stored: { prefix, hash, createdAt, ...(expiresAt && { expiresAt: new Date(expiresAt).toISOString() }) },
  };
}

function directory(...keys: readonly ClientKey[]) {
  const known = new KnownClients();
  const set = (...list: readonly ClientKey[]) => {
    known.setClient('one', { identity: { ...identity }, keys: list });
    known.publish();
  };
  set(...keys);
  return {
    set,
    known,
    get current() {
      return known.current;
    },
    onChanged: (listener: Parameters<KnownClients['onChanged']>[0]) => known.onChanged(listener),
    close: async () => {},
  };
}

const refusal = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    const { code, message, headers } = error as { code: string; message: string; headers: object };
    return { code, message, headers };
  }
  return undefined;
};

describe('a key', () => {
  it('tells who its client is, by the same object as long as the client stays the same', () => {
    const [one, two] = [makeKey(), makeKey()];
    const clients = directory(one.stored);
    const keys = createClientKeys(clients, 'x-key');
    const first = keys.authenticate(one.key).identity;
    expect(first).toEqual(identity);
    clients.set(one.stored, two.stored);
    expect(keys.authenticate(one.key).identity).toBe(first);
    expect(keys.authenticate(two.key).identity).toBe(first);
    expect(keys.refused).toBe(0);
  });

  it('that is unknown, wrong, revoked or expired is refused in the same words', () => {
    const now = Date.now();
    const [good, expired, revoked] = [makeKey(), makeKey(now - 1), makeKey()];
    const clients = directory(good.stored, revoked.stored);
    const keys = createClientKeys(clients, 'x-key');
    expect(keys.authenticate(revoked.key).identity).toEqual(identity);
    clients.set(good.stored, expired.stored);
    const given = [
      makeKey().key,
      `${good.key.slice(0, -2)}AA`,
      expired.key,
      revoked.key,
      'nonsense',
      '',
      good.key.slice(1),
    ];
    const refusals = given.map((key) => refusal(() => keys.authenticate(key)));
    expect(new Set(refusals.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(refusals[0]).toMatchObject({
      code: 'UNAUTHENTICATED',
      headers: { 'www-authenticate': 'ApiKey header="x-key"' },
    });
    expect(keys.refused).toBe(given.length);
  });

  it('that was believed is refused after its end', () => {
    let now = Date.now();
    const one = makeKey(now + 1_000);
    const keys = createClientKeys(directory(one.stored), 'x-key', () => now);
    expect(keys.authenticate(one.key).expiresAt).toBe(now + 1_000);
    now += 1_000;
    expect(refusal(() => keys.authenticate(one.key))).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('cannot be checked before clients have been read', () => {
    const unread = { current: undefined, onChanged: () => () => {}, close: async () => {} };
    const keys = createClientKeys(unread, 'x-key');
    expect(refusal(() => keys.authenticate(makeKey().key))).toMatchObject({
      code: 'CLIENTS_UNAVAILABLE',
      headers: { 'retry-after': '5' },
    });
    expect(refusal(() => createClientKeys(undefined, 'x-key').authenticate(makeKey().key))).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });
});

describe('what is open under a key', () => {
  it('is told once when it is revoked, not when another one is', () => {
    const [one, two] = [makeKey(), makeKey()];
    const clients = directory(one.stored, two.stored);
    const keys = createClientKeys(clients, 'x-key');
    const [first, second, left] = [vi.fn(), vi.fn(), vi.fn()];
    keys.authenticate(one.key).onWithdrawn?.(first);
    keys.authenticate(two.key).onWithdrawn?.(second);
    keys.authenticate(one.key).onWithdrawn?.(left)();
    clients.set(two.stored);
    clients.set();
    expect([first, second, left].map((each) => each.mock.calls.length)).toEqual([1, 1, 0]);
  });

  it('is told when the client has become another', () => {
    const one = makeKey();
    const clients = directory(one.stored);
    const keys = createClientKeys(clients, 'x-key');
    const told = vi.fn();
    keys.authenticate(one.key).onWithdrawn?.(told);
    clients.known.setClient('one', { identity: { ...identity, scopes: [] }, keys: [one.stored] });
    clients.known.publish();
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('is told when the key ends, also where it got its end later', () => {
    vi.useFakeTimers();
    try {
      const one = makeKey();
      const clients = directory(one.stored);
      const keys = createClientKeys(clients, 'x-key');
      const told = vi.fn();
      keys.authenticate(one.key).onWithdrawn?.(told);
      clients.set({ ...one.stored, expiresAt: new Date(Date.now() + 5_000).toISOString() });
      vi.advanceTimersByTime(4_999);
      expect(told).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(told).toHaveBeenCalledTimes(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is told at once when it was revoked before anybody listened', async () => {
    const one = makeKey();
    const clients = directory(one.stored);
    const credentials = createClientKeys(clients, 'x-key').authenticate(one.key);
    clients.set();
    const told = vi.fn();
    credentials.onWithdrawn?.(told);
    await Promise.resolve();
    expect(told).toHaveBeenCalledTimes(1);
  });
});
