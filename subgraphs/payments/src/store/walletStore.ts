import { toSafeNumber } from '@leadgraph/kit';
import { Any, type EntityManager } from 'typeorm';
import { Wallet } from './wallet.js';

/** A wallet after a change, as far as events tell it. */
export interface WalletState {
  agentId: string;
  availableCents: number;
  version: number;
}

interface WalletRow {
  agent_id: string;
  available: string;
  version: string;
}

const STATE = 'agent_id, balance_cents - held_cents + credit_limit_cents AS available, version';

function toState(row: WalletRow): WalletState {
  return { agentId: row.agent_id, availableCents: toSafeNumber(row.available), version: Number(row.version) };
}

async function change(tx: EntityManager, sql: string, parameters: unknown[]): Promise<WalletState | null> {
  const [rows]: [WalletRow[], number] = await tx.query(`${sql} RETURNING ${STATE}`, parameters);
  return rows[0] ? toState(rows[0]) : null;
}

/** Opens an agent's wallet with its ledger account; null when it is open already. */
export async function insertWallet(
  tx: EntityManager,
  wallet: { agentId: string; creditLimitCents: number; now: Date },
): Promise<WalletState | null> {
  await tx.query(`INSERT INTO ledger_account (id, kind, agent_id) VALUES ($1, 'WALLET', $1) ON CONFLICT DO NOTHING`, [
    wallet.agentId,
  ]);
  const rows: WalletRow[] = await tx.query(
    `INSERT INTO wallet (agent_id, credit_limit_cents, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING ${STATE}`,
    [wallet.agentId, wallet.creditLimitCents, wallet.now],
  );
  return rows[0] ? toState(rows[0]) : null;
}

/** Sets money aside if it is there. Null: no such wallet, or too little available. Locks the wallet until the transaction ends. */
export async function reserveFunds(tx: EntityManager, agentId: string, cents: number): Promise<WalletState | null> {
  return change(
    tx,
    `UPDATE wallet SET held_cents = held_cents + $2, version = version + 1
     WHERE agent_id = $1 AND balance_cents - held_cents + credit_limit_cents >= $2`,
    [agentId, cents],
  );
}

/** Gives back what was set aside. */
export async function releaseFunds(tx: EntityManager, agentId: string, cents: number): Promise<WalletState> {
  return expectWallet(
    await change(tx, 'UPDATE wallet SET held_cents = held_cents - $2, version = version + 1 WHERE agent_id = $1', [
      agentId,
      cents,
    ]),
  );
}

/** Spends what was set aside: the available amount stays as it is. */
export async function spendHeldFunds(tx: EntityManager, agentId: string, cents: number): Promise<WalletState> {
  return expectWallet(
    await change(
      tx,
      `UPDATE wallet SET held_cents = held_cents - $2, balance_cents = balance_cents - $2, version = version + 1
       WHERE agent_id = $1`,
      [agentId, cents],
    ),
  );
}

/** Changes balances by the amounts given, all of them or none: null when a wallet is missing or would have less than zero available. */
export async function addToBalances(
  tx: EntityManager,
  changes: readonly { agentId: string; amountCents: number }[],
): Promise<WalletState[] | null> {
  const ids = changes.map((each) => each.agentId).sort();
  // In the order of the ids: two batches that share wallets wait for each other instead of ending in a deadlock.
  await tx.query('SELECT 1 FROM wallet WHERE agent_id = ANY($1::uuid[]) ORDER BY agent_id FOR NO KEY UPDATE', [ids]);
  const [rows]: [WalletRow[], number] = await tx.query(
    `UPDATE wallet SET balance_cents = balance_cents + added.amount, version = version + 1
     FROM unnest($1::uuid[], $2::bigint[]) AS added (id, amount)
     WHERE agent_id = added.id AND balance_cents + added.amount - held_cents + credit_limit_cents >= 0
     RETURNING ${STATE}`,
    [changes.map((each) => each.agentId), changes.map((each) => each.amountCents)],
  );
  return rows.length === changes.length ? rows.map(toState) : null;
}

/** Sets the credit limit if the available amount stays at zero or more with it; null if not, or without a wallet. */
export async function updateCreditLimit(
  tx: EntityManager,
  agentId: string,
  cents: number,
): Promise<WalletState | null> {
  return change(
    tx,
    `UPDATE wallet SET credit_limit_cents = $2, version = version + 1
     WHERE agent_id = $1 AND balance_cents - held_cents + $2 >= 0`,
    [agentId, cents],
  );
}

/** Wallets by their agents. */
export async function findWallets(em: EntityManager, agentIds: readonly string[]): Promise<Wallet[]> {
  return em.findBy(Wallet, { id: Any([...agentIds]) });
}

function expectWallet(state: WalletState | null): WalletState {
  if (!state) throw new Error('the wallet of a hold is gone');
  return state;
}
