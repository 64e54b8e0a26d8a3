import { defineSweeper, inTransaction, type Sweeper, sweepEach } from '@leadgraph/kit';
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
      const swept = await sweepEach(due, signal, (hold) => inTransaction(db, (tx) => expireHold(tx, hold, rules)));
      return { ...swept, more: due.length === BATCH && swept.finished > 0 };
    },
  });
}
