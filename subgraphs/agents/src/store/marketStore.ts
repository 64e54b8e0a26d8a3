import type { EntityManager } from 'typeorm';
import { Agency } from './agency.js';
import type { Agent } from './agent.js';
import type { Campaign } from './campaign.js';
import type { License } from './license.js';
import { Pool } from './pool.js';

/** Agencies that have one of these legal names, whatever the case. */
export function findAgenciesByName(tx: EntityManager, names: readonly string[]): Promise<Agency[]> {
  return tx
    .getRepository(Agency)
    .createQueryBuilder('agency')
    .where('lower(agency.legal_name) IN (:...names)', { names: names.map((name) => name.toLowerCase()) })
    .getMany();
}

export async function insertAgencies(tx: EntityManager, agencies: readonly Agency[]): Promise<void> {
  await insertRows(tx, 'agency', agencies);
}

export async function insertAgents(tx: EntityManager, agents: readonly Agent[]): Promise<void> {
  await insertRows(tx, 'agent', agents);
}

export async function insertLicenses(tx: EntityManager, licenses: readonly License[]): Promise<void> {
  await insertRows(tx, 'license', licenses);
}

/** New campaigns with the index by which routing finds them and their usage counters. */
export async function insertCampaigns(tx: EntityManager, campaigns: readonly Campaign[]): Promise<void> {
  if (campaigns.length === 0) return;
  await insertRows(tx, 'campaign', campaigns);
  const ids = campaigns.map(({ id }) => id);
  await tx.query('INSERT INTO campaign_usage (campaign_id) SELECT unnest($1::uuid[])', [ids]);
  await insertStates(tx, ids);
}

/** Brings the index of a campaign's states up to date with what the campaign is about to be saved with. */
export async function replaceCampaignStates(
  tx: EntityManager,
  { id, line, states }: Pick<Campaign, 'id' | 'line' | 'states'>,
): Promise<void> {
  await tx.query('DELETE FROM campaign_state WHERE campaign_id = $1', [id]);
  await tx.query('INSERT INTO campaign_state (line, state, campaign_id) SELECT $2, unnest($3::text[]), $1', [
    id,
    line,
    states,
  ]);
}

/** Sets up pools or changes their strategy. The weights of a pool go on where they were. */
export async function upsertPools(
  tx: EntityManager,
  pools: readonly Pick<Pool, 'line' | 'state' | 'strategy'>[],
): Promise<Pool[]> {
  const sorted = pools.toSorted((a, b) => (`${a.line} ${a.state}` < `${b.line} ${b.state}` ? -1 : 1));
  await tx.query(
    `INSERT INTO pool (line, state, strategy) SELECT line, state, strategy
     FROM jsonb_to_recordset($1::jsonb) AS wanted(line text, state text, strategy text)
     ON CONFLICT (line, state) DO UPDATE SET strategy = EXCLUDED.strategy, version = pool.version + 1`,
    [JSON.stringify(sorted)],
  );
  return tx
    .getRepository(Pool)
    .createQueryBuilder('pool')
    .where('(pool.line, pool.state) IN (SELECT * FROM unnest(:lines::text[], :states::text[]))', {
      lines: sorted.map(({ line }) => line),
      states: sorted.map(({ state }) => state),
    })
    .orderBy('pool.line')
    .addOrderBy('pool.state')
    .getMany();
}

async function insertStates(tx: EntityManager, campaignIds: readonly string[]): Promise<void> {
  await tx.query(
    `INSERT INTO campaign_state (line, state, campaign_id)
     SELECT line, unnest(states), id FROM campaign WHERE id = ANY($1)`,
    [campaignIds],
  );
}

/** One statement for any number of rows; property names are the columns' names in camel case. */
async function insertRows(
  tx: EntityManager,
  table: 'agency' | 'agent' | 'license' | 'campaign',
  rows: readonly object[],
): Promise<void> {
  if (rows.length === 0) return;
  const records = rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [toSnakeCase(name), value])),
  );
  await tx.query(`INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(null::${table}, $1::jsonb)`, [
    JSON.stringify(records),
  ]);
}

function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
