import { defineSweeper, inTransaction, type Sweeper } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import { expireHold } from '../holds/releaseHold.js';
import type { PaymentsRules } from '../paymentsRules.js';
import { dueHolds } from '../store/holdStore.js';

const BATCH = 100;

/**
 * Gives back holds past their time: HELD → EXPIRED (holdStates.ts). Each in a transaction of its own, so that no two wallets are locked at once;
 * two processes may sweep at the same time, the conditional update lets one of them win.
 */
export function expireHolds(db: DataSource, rules: PaymentsRules): Sweeper {
  return defineSweeper({
    name: 'expire-holds',
    everyMs: rules.settings.holdSweepMs,
    async run(signal) {
      const due = await dueHolds(db.manager, rules.clock.now(), BATCH);
      let finished = 0;
      for (const hold of due) {
        if (signal.aborted) break;
        if (await inTransaction(db, (tx) => expireHold(tx, hold, rules))) finished += 1;
      }
      return { finished, more: due.length === BATCH && finished > 0 };
    },
  });
}
