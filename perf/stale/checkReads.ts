import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { CachingGateway } from './cachingGateways.ts';
import { type Ask, clientOf } from './client.ts';
import type { Growing } from './hotEntities.ts';

const WRITERS = 4;
const READERS = 6;
/** Between the changes of one writer. */
const PAUSE_MS = 15;
const AWAY_MS = 100;
const MOST_EXAMPLES = 10;

export interface Checked {
  changes: number;
  pushes: number;
  reads: number;
  /** Reads that showed less than somebody had been told before they began. */
  stale: number;
  /** Requests that had no answer, as is to be expected of gateways that are killed. */
  failed: number;
  readonly examples: string[];
}

export interface Checking {
  readonly gateways: readonly CachingGateway[];
  readonly growing: readonly Growing[];
  /** Those of them whose events are followed, with the token of who may. */
  readonly followed: readonly { readonly entity: Growing; readonly token: string }[];
  /** Of those who change and read. */
  readonly tokens: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Several clients change and read things that only grow, at all gateways, until told to stop. Whoever is told by a mutation's answer or an event what something is reads it at once at some gateway; others read all the time. A read that shows less than what anybody had been told when it began is stale.
 */
export async function checkReads({ gateways, growing, followed, tokens, signal }: Checking): Promise<Checked> {
  const checked: Checked = { changes: 0, pushes: 0, reads: 0, stale: 0, failed: 0, examples: [] };
  const any = <T>(values: readonly T[]) => values[Math.floor(Math.random() * values.length)] as T;
  const asks = new Map(gateways.map(({ url, name }) => [name, tokens.map((token) => clientOf(url, token))] as const));
  const someone = (): { ask: Ask; gateway: string } => {
    const { name } = any(gateways);
    return { ask: any(asks.get(name) ?? []), gateway: name };
  };

  const read = async (entity: Growing, told: string) => {
    const { ask, gateway } = someone();
    const way = Math.floor(Math.random() * entity.reads.length);
    const { floor } = entity;
    try {
      const value = await (entity.reads[way] as Growing['reads'][number])(ask);
      checked.reads += 1;
      if (value >= floor) return;
      checked.stale += 1;
      if (checked.examples.length < MOST_EXAMPLES)
        checked.examples.push(`${entity.name}, way ${way + 1}, at ${gateway}, ${told}: ${value} after ${floor}`);
    } catch {
      checked.failed += 1;
      await delay(AWAY_MS);
    }
  };
  const raise = (entity: Growing, value: number) => {
    entity.floor = Math.max(entity.floor, value);
  };
  const write = async () => {
    const entity = any(growing);
    try {
      raise(entity, await entity.change(someone().ask));
      checked.changes += 1;
      await read(entity, 'after the own change');
    } catch {
      checked.failed += 1;
      await delay(AWAY_MS);
    }
    await delay(PAUSE_MS);
  };
  const repeat = async (times: number, work: () => Promise<void>) => {
    const one = async () => {
      while (!signal.aborted) await work();
    };
    await Promise.all(Array.from({ length: times }, one));
  };

  const clients = followed.map(({ entity, token }) => {
    const client = createClient({
      url: () => `${any(gateways).url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: () => true,
      retryWait: () => delay(AWAY_MS + Math.random() * 400),
    });
    client.subscribe<{ wallet: { wallet: { balanceCents: number } | null } }>(
      { query: 'subscription { wallet { kind wallet { balanceCents } } }' },
      {
        next({ data }) {
          const balance = data?.wallet.wallet?.balanceCents;
          if (balance === undefined) return;
          checked.pushes += 1;
          raise(entity, balance);
          void read(entity, 'after an event');
        },
        error() {},
        complete() {},
      },
    );
    return client;
  });
  await Promise.all([repeat(WRITERS, write), repeat(READERS, () => read(any(growing), 'as others do'))]);
  for (const client of clients) await client.dispose();
  return checked;
}
