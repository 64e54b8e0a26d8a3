import type { EntityManager } from 'typeorm';
import type { RoundPlan } from '../routing/planRound.js';
import type { PoolWeights } from '../routing/rankCandidates.js';
import type { Line, PoolStrategy } from '../routing/vocabulary.js';
import { Routing } from './routing.js';

/**
 * Locks a lead's routing row for the rest of the transaction and makes it if it is not there: a lead is routed by one at a time, and an event that
 * comes before the lead itself has something to wait on. Every other lock of a transaction is taken after this one.
 */
export async function lockRouting(
  tx: EntityManager,
  leadId: string,
  defaults: { lastRound: number; resendAt: Date },
): Promise<Routing> {
  const find = () => tx.getRepository(Routing).findOne({ where: { leadId }, lock: { mode: 'pessimistic_write' } });
  const known = await find();
  if (known) return known;
  await tx.query(
    `INSERT INTO routing (lead_id, state, last_round, resend_at) VALUES ($1, 'WAITING_QUOTES', $2, $3)
     ON CONFLICT DO NOTHING`,
    [leadId, defaults.lastRound, defaults.resendAt],
  );
  const made = await find();
  if (!made) throw new Error(`the routing row of lead ${leadId} vanished`);
  return made;
}

/** Locks a lead's routing row unless another transaction has it; null then, and when there is none. */
export async function tryLockRouting(tx: EntityManager, leadId: string): Promise<Routing | null> {
  return tx.getRepository(Routing).findOne({
    where: { leadId },
    lock: { mode: 'pessimistic_write', onLocked: 'skip_locked' },
  });
}

/** Writes back what may change, but for the number of accepted offers, which only the two updates below change. */
export async function saveRouting(tx: EntityManager, routing: Routing): Promise<void> {
  await tx.query(
    `UPDATE routing SET state = $2, round = $3, last_round = $4, step = $5, mode = $6, max_sales = $7, retry_at = $8,
       resend_at = $9, resends = $10, version = $11
     WHERE lead_id = $1`,
    [
      routing.leadId,
      routing.state,
      routing.round,
      routing.lastRound,
      routing.step,
      routing.mode,
      routing.maxSales,
      routing.retryAt,
      routing.resendAt,
      routing.resends,
      routing.version,
    ],
  );
}

/** Takes one of the lead's places if one is free. Accepted offers never outnumber the places: the condition is part of the update. */
export async function takePlace(tx: EntityManager, leadId: string): Promise<boolean> {
  const [taken]: [unknown[], number] = await tx.query(
    `UPDATE routing SET accepted_count = accepted_count + 1
     WHERE lead_id = $1 AND accepted_count < CASE WHEN mode = 'EXCLUSIVE' THEN 1 ELSE max_sales END
     RETURNING accepted_count`,
    [leadId],
  );
  return taken.length > 0;
}

/** Gives a place back whose capture failed. */
export async function giveBackPlace(tx: EntityManager, leadId: string): Promise<void> {
  await tx.query('UPDATE routing SET accepted_count = accepted_count - 1 WHERE lead_id = $1 AND accepted_count > 0', [
    leadId,
  ]);
}

/** Keeps a decision with its trace. */
export async function insertRound(
  tx: EntityManager,
  routing: Routing,
  decision: { plan: RoundPlan; strategy: PoolStrategy; decidedAt: Date },
): Promise<void> {
  const { plan, strategy, decidedAt } = decision;
  await tx.query(
    `INSERT INTO routing_round (lead_id, round, step, decided_at, gate, mode, strategy, exclusive_cents, shared_cents, trace)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      routing.leadId,
      routing.round,
      routing.step,
      decidedAt,
      plan.gate,
      plan.mode,
      strategy,
      plan.exclusiveCents,
      plan.sharedCents,
      JSON.stringify(plan.trace),
    ],
  );
}

/**
 * The pool of a line in a state, or null where none is set up. A WEIGHTED one is locked, because its weights move on with each pick;
 * after the lead's routing row, so always in the same order.
 */
export async function readPool(
  tx: EntityManager,
  line: Line,
  state: string,
): Promise<{ strategy: PoolStrategy; weights: PoolWeights } | null> {
  const read = (lock: '' | 'FOR NO KEY UPDATE'): Promise<{ strategy: PoolStrategy; weights: PoolWeights }[]> =>
    tx.query(`SELECT strategy, weights FROM pool WHERE line = $1 AND state = $2 ${lock}`, [line, state]);
  const [pool] = await read('');
  if (pool?.strategy !== 'WEIGHTED') return pool ?? null;
  const [locked] = await read('FOR NO KEY UPDATE');
  return locked ?? null;
}

/** Keeps the weights of a WEIGHTED pool. */
export async function saveWeights(
  tx: EntityManager,
  pool: { line: Line; state: string; weights: PoolWeights },
): Promise<void> {
  await tx.query('UPDATE pool SET weights = $3 WHERE line = $1 AND state = $2', [
    pool.line,
    pool.state,
    JSON.stringify(pool.weights),
  ]);
}
