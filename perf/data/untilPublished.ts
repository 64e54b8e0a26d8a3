import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Platform } from '../../infra/stack/src/platform.ts';
import { superuserUrl } from './stackUnderTest.ts';

const LOOK_MS = 100;
const LONGEST_MS = 60_000;

/** Waits, for a minute at most, until the subgraphs have published what was written: it would be published while the next kind of statement is measured. */
export async function untilPublished(platform: Platform): Promise<void> {
  for (const name of ['leads', 'agents']) {
    const client = new pg.Client({ connectionString: superuserUrl(platform, name) });
    await client.connect();
    try {
      const deadline = performance.now() + LONGEST_MS;
      while (await waits(client)) {
        if (performance.now() > deadline) return;
        await delay(LOOK_MS);
      }
    } finally {
      await client.end();
    }
  }
}

async function waits(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ waits: boolean }>('SELECT EXISTS (SELECT FROM outbox) AS waits');
  return rows[0]?.waits ?? false;
}
