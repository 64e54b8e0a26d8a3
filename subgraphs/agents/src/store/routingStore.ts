import { toSafeNumber } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import type { RoundPlan } from '../routing/planRound.js';
import type { PoolWeights } from '../routing/rankCandidates.js';
import type { Line, PoolStrategy } from '../routing/vocabulary.js';
import type { Routing } from './routing.js';

const columns = `lead_id AS "leadId", state, round, last_round AS "lastRound", step, mode, max_sales AS "maxSales",
  accepted_count AS "acceptedCount", retry_at AS "retryAt", resend_at AS "resendAt", resends, version,
  is_test AS "isTest"`;

/**
 * Locks a lead's routing row for the rest of the transaction and makes it if it is not there: a lead is routed by one at a time, and an event that
 * comes before the lead itself has something to wait on. Every other lock of a transaction is taken after this one.
 */
export async function lockRouting(
  tx: EntityManager,
  leadId: string,
  defaults: { lastRound: number; resendAt: Date },
): Promise<{ routing: Routing; isNew: boolean }> {
  const known = await selectRouting(tx, leadId, 'FOR UPDATE');
  if (known) return { routing: known, isNew: false };
  // The update changes nothing but locks the row, should somebody else have made it just now.
  const [made]: RoutingRow[] = await tx.query(
    `INSERT INTO routing (lead_id, state, last_round, resend_at) VALUES ($1, 'WAITING_QUOTES', $2, $3)
     ON CONFLICT (lead_id) DO UPDATE SET lead_id = EXCLUDED.lead_id RETURNING ${columns}`,
    [leadId, defaults.lastRound, defaults.resendAt],
  );
  if (!made) throw new Error(`the routing row of lead ${leadId} vanished`);
  return { routing: toRouting(made), isNew: true };
}

/** Locks a lead's routing row unless another transaction has it; null then, and when there is none. */
export function tryLockRouting(tx: EntityManager, leadId: string): Promise<Routing | null> {
  return selectRouting(tx, leadId, 'FOR UPDATE SKIP LOCKED');
}

type RoutingRow = Omit<Routing, 'version'> & { version: string };

async function selectRouting(
  tx: EntityManager,
  leadId: string,
  lock: 'FOR UPDATE' | 'FOR UPDATE SKIP LOCKED',
): Promise<Routing | null> {
  const [row]: RoutingRow[] = await tx.query(`SELECT ${columns} FROM routing WHERE lead_id = $1 ${lock}`, [leadId]);
  return row ? toRouting(row) : null;
}

function toRouting(row: RoutingRow): Routing {
  return { ...row, version: toSafeNumber(row.version) };
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

/**
 * Keeps a decision with its trace. A round also counts the campaigns that it never looked at (other lines, other states); a replacement within it
 * does not count them again.
 */
export async function insertRound(
  tx: EntityManager,
  routing: Routing,
  decision: { plan: RoundPlan; line: Line; strategy: PoolStrategy; decidedAt: Date },
): Promise<void> {
  const { plan, line, strategy, decidedAt } = decision;
  await tx.query(
    `INSERT INTO routing_round (lead_id, round, step, decided_at, gate, mode, strategy, exclusive_cents, shared_cents, trace,
       other_line_count, other_state_count)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, elsewhere.other_line, elsewhere.other_state
     FROM (
       SELECT count(*) FILTER (WHERE line <> $11) AS other_line,
         GREATEST(count(*) FILTER (WHERE line = $11) - $12::int, 0) AS other_state
       FROM campaign WHERE status <> 'ARCHIVED' AND $13::boolean
     ) AS elsewhere`,
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
      line,
      plan.trace.length,
      routing.step === 0 && plan.gate === null,
    ],
  );
}

/**
 * Locks a WEIGHTED pool and reads its weights, which move on with each pick; after the lead's routing row, so always in the same order. No
 * weights for a pool that was changed to another strategy or taken away just now.
 */
export async function lockWeights(tx: EntityManager, line: Line, state: string): Promise<PoolWeights> {
  const [pool]: { weights: PoolWeights }[] = await tx.query(
    'SELECT weights FROM pool WHERE line = $1 AND state = $2 FOR NO KEY UPDATE',
    [line, state],
  );
  return pool?.weights ?? {};
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
