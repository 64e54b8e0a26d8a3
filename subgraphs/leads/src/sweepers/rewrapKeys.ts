import { defineSweeper, inTransaction, type Logger, type Sweeper } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import type { LeadsTools } from '../leadsTools.js';
import { rewrapLeadKey } from '../privacy/leadKey.js';
import { lockForeignKeys, rewrapServiceKeys, storeLeadKey } from '../store/keyStore.js';

/** Leads that are looked at in one transaction. */
const BATCH = 500;
/** Nothing was found: processes that have not been told of the new key may still use the old one. */
const LOOK_AGAIN_MS = 3_600_000;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/**
 * After a rotation of the master key, wraps the data keys of stored leads with the current one, going through all leads in the order of their ids; the log says when none has a retired key any more: then those can be taken out of the
 * configuration. Does nothing while no retired key is configured.
 */
export function rewrapKeysSweeper(
  db: DataSource,
  { vault: { masters }, clock }: LeadsTools,
  { everyMs, log }: { everyMs: number; log: Logger },
): Sweeper {
  const retired = [...masters.byId.keys()].filter((id) => id !== masters.current.id);
  let after = BEFORE_ALL;
  let wrapped = 0;
  let restsUntil = 0;
  return defineSweeper({
    name: 'rewrap-keys',
    everyMs,
    async run() {
      if (retired.length === 0 || clock.now().getTime() < restsUntil) return 0;
      const { last, found } = await inTransaction(db, async (tx) => {
        await rewrapServiceKeys(tx, masters);
        const next = await lockForeignKeys(tx, retired, { after, most: BATCH });
        for (const { id, stored } of next.found) await storeLeadKey(tx, id, rewrapLeadKey(masters, id, stored));
        return next;
      });
      wrapped += found.length;
      after = last ?? BEFORE_ALL;
      if (last !== undefined) return { finished: found.length, more: true };
      if (wrapped === 0) {
        log.info(
          { retired },
          'no stored lead has a retired master key any more: it may be taken out of the configuration',
        );
        restsUntil = clock.now().getTime() + LOOK_AGAIN_MS;
      }
      wrapped = 0;
      return { finished: 0, more: restsUntil === 0 };
    },
  });
}
