import { defineSweeper, inTransaction, type Sweeper } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import type { LeadsTools } from '../leadsTools.js';
import { rewrapLeadKey } from '../privacy/leadKey.js';
import { lockForeignKeys, rewrapServiceKeys, storeLeadKey } from '../store/keyStore.js';

const BATCH = 200;

/**
 * After a rotation of the master key, wraps the data keys of stored leads with the current one, until the retired keys can be taken out of the
 * configuration. Does nothing while no retired key is configured.
 */
export function rewrapKeysSweeper(db: DataSource, { vault: { masters } }: LeadsTools, everyMs: number): Sweeper {
  return defineSweeper({
    name: 'rewrap-keys',
    everyMs,
    async run() {
      if (masters.byId.size === 1) return 0;
      const finished = await inTransaction(db, async (tx) => {
        await rewrapServiceKeys(tx, masters);
        const rows = await lockForeignKeys(
          tx,
          [...masters.byId.keys()].filter((id) => id !== masters.current.id),
          BATCH,
        );
        for (const { id, stored } of rows) await storeLeadKey(tx, id, rewrapLeadKey(masters, id, stored));
        return rows.length;
      });
      return { finished, more: finished === BATCH };
    },
  });
}
