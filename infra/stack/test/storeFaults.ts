import { connect } from 'nats';
import pg from 'pg';
import type { SubgraphName } from '../src/config.ts';
import type { Platform } from '../src/platform.ts';

type Row = Record<string, string>;
type Query = (store: SubgraphName, sql: string) => Promise<Row[]>;

/**
 * Looks into the four stores and NATS for what no run may leave behind: anything lost, doubled, half done or left over. Takes the ids of a
 * run's leads; answers each fault in words.
 */
export async function storeFaults(platform: Platform, leadIds: readonly string[]): Promise<string[]> {
  const clients = new Map<SubgraphName, pg.Client>();
  for (const [name, connectionString] of Object.entries(platform.urls.databases)) {
    const client = new pg.Client({ connectionString });
    await client.connect();
    clients.set(name as SubgraphName, client);
  }
  const query: Query = async (store, sql) => {
    const client = clients.get(store);
    if (!client) throw new Error(`no store "${store}"`);
    return (await client.query<Row>(sql, sql.includes('$1') ? [leadIds] : [])).rows;
  };
  try {
    return [
      ...(await qualificationFaults(query)),
      ...(await saleFaults(query)),
      ...(await moneyFaults(query)),
      ...(await messageFaults(query, platform)),
    ];
  } finally {
    await Promise.all([...clients.values()].map((client) => client.end()));
  }
}

/** Every lead that passed the validation is qualified once, every other one never. */
async function qualificationFaults(query: Query): Promise<string[]> {
  const leads = await query('leads', 'SELECT id, status FROM lead WHERE id = ANY($1)');
  const qualified = countBy(await query('ai', 'SELECT lead_id AS id FROM qualification WHERE lead_id = ANY($1)'));
  return leads.flatMap(({ id = '', status }) => {
    const wanted = status === 'REJECTED' || status === 'DUPLICATE' ? 0 : 1;
    const found = qualified.get(id) ?? 0;
    return found === wanted ? [] : [`lead ${id} (${status}) has ${found} qualifications instead of ${wanted}`];
  });
}

/** An accepted offer is one charge, one captured hold, one buyer of the lead, one assignment and one message; nothing else is. */
async function saleFaults(query: Query): Promise<string[]> {
  const accepted = await query(
    'agents',
    "SELECT id FROM offer WHERE lead_id = ANY($1) AND status = 'ACCEPTED' AND settlement = 'SETTLED'",
  );
  const traces: Record<string, Row[]> = {
    charges: await query('payments', 'SELECT offer_id AS id FROM charge WHERE lead_id = ANY($1)'),
    'captured holds': await query(
      'payments',
      "SELECT offer_id AS id FROM hold WHERE lead_id = ANY($1) AND status = 'CAPTURED'",
    ),
    buyers: await query('leads', 'SELECT offer_id AS id FROM lead_buyer WHERE lead_id = ANY($1)'),
    assignments: await query('agents', 'SELECT offer_id AS id FROM assignment WHERE lead_id = ANY($1)'),
    notifications: await query(
      'agents',
      'SELECT offer_id AS id FROM notification JOIN offer ON offer.id = offer_id WHERE lead_id = ANY($1)',
    ),
  };
  const faults = Object.entries(traces).flatMap(([name, rows]) => {
    const counts = countBy(rows);
    const ids = new Set([...accepted.map(({ id = '' }) => id), ...counts.keys()]);
    const sold = new Set(accepted.map(({ id }) => id));
    return [...ids]
      .filter((id) => counts.get(id) !== (sold.has(id) ? 1 : undefined))
      .map((id) => `offer ${id} (${sold.has(id) ? 'settled' : 'not settled'}) has ${counts.get(id) ?? 0} ${name}`);
  });
  const open = await query(
    'agents',
    "SELECT id, status, settlement FROM offer WHERE lead_id = ANY($1) AND (status IN ('RESERVED', 'OFFERED') OR settlement = 'PENDING')",
  );
  const crowded = await query(
    'agents',
    `SELECT lead_id AS id FROM offer JOIN routing USING (lead_id) WHERE lead_id = ANY($1) AND status = 'ACCEPTED'
     GROUP BY lead_id, max_sales HAVING count(*) > max_sales`,
  );
  const miscounted = await query(
    'leads',
    `SELECT lead.id FROM lead LEFT JOIN lead_buyer ON lead_buyer.lead_id = lead.id WHERE lead.id = ANY($1)
     GROUP BY lead.id, sold_count HAVING count(offer_id) <> sold_count`,
  );
  return [
    ...faults,
    ...open.map(({ id, status, settlement }) => `offer ${id} is ${status} with settlement ${settlement}`),
    ...crowded.map(({ id }) => `lead ${id} is sold more often than it may be`),
    ...miscounted.map(({ id }) => `lead ${id} has another soldCount than buyers`),
  ];
}

/** No money stays aside, no wallet is overdrawn or differs from its account, the ledger adds up. */
async function moneyFaults(query: Query): Promise<string[]> {
  const held = await query('payments', "SELECT id FROM hold WHERE lead_id = ANY($1) AND status = 'HELD'");
  const wallets = await query(
    'payments',
    `SELECT agent_id AS id FROM wallet
     WHERE balance_cents - held_cents + credit_limit_cents < 0
        OR balance_cents <> -COALESCE((SELECT sum(amount_cents) FROM posting WHERE account_id = wallet.agent_id), 0)
        OR held_cents <> COALESCE((SELECT sum(price_cents) FROM hold WHERE hold.agent_id = wallet.agent_id AND status = 'HELD'), 0)`,
  );
  const unequal = await query(
    'payments',
    'SELECT entry_id AS id FROM posting GROUP BY entry_id HAVING sum(amount_cents) <> 0',
  );
  return [
    ...held.map(({ id }) => `hold ${id} still sets money aside`),
    ...wallets.map(({ id }) => `the wallet of agent ${id} is overdrawn or not what was booked`),
    ...unequal.map(({ id }) => `the postings of entry ${id} do not add up to zero`),
  ];
}

/** Everything was published and nothing was given up on. */
async function messageFaults(query: Query, platform: Platform): Promise<string[]> {
  const faults: string[] = [];
  for (const store of ['leads', 'agents', 'payments', 'ai'] as const) {
    const [row] = await query(store, 'SELECT count(*) AS count FROM outbox');
    if (row?.count !== '0') faults.push(`the outbox of ${store} has ${row?.count} messages`);
  }
  const nats = await connect({ servers: platform.urls.nats });
  try {
    const { state } = await (await nats.jetstreamManager()).streams.info('DEAD_LETTERS');
    if (state.messages > 0) faults.push(`there are ${state.messages} dead letters`);
  } finally {
    await nats.close();
  }
  return faults;
}

function countBy(rows: readonly Row[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { id = '' } of rows) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
