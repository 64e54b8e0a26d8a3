import { bigintAsNumber } from '@leadgraph/kit';
import type { Line, Tier } from '@leadgraph/schema';
import { Any, Column, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import type { PricingFacts } from '../pricing/leadFacts.js';

/** What payments knows of a lead, fed by leads' events in the order of the lead's version. No personal data. */
@Entity('lead_projection')
export class LeadProjection {
  @PrimaryColumn('uuid', { name: 'lead_id' })
  leadId: string;

  @Column('text')
  line: Line;

  @Column('jsonb')
  facts: PricingFacts;

  @Column('text')
  tier: Tier;

  @Column('smallint')
  score: number;

  @Column('boolean', { name: 'is_test' })
  isTest: boolean;

  @Column('timestamptz', { name: 'received_at' })
  receivedAt: Date;

  /** Whose source it came from; null for leads of which no event has said so. */
  @Column('text', { nullable: true })
  partner: string | null;

  @Column('boolean')
  withdrawn: boolean;

  @Column('bigint', { name: 'lead_version', transformer: bigintAsNumber })
  leadVersion: number;

  @Column('bigint', { transformer: bigintAsNumber })
  version: number;
}

type Known = Omit<LeadProjection, 'withdrawn' | 'version'>;

/** Writes what an event says of a lead unless a newer one was here before. */
export async function saveLead(tx: EntityManager, lead: Known): Promise<void> {
  await tx.query(
    `INSERT INTO lead_projection (lead_id, line, facts, tier, score, is_test, received_at, partner, lead_version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (lead_id) DO UPDATE SET line = excluded.line, facts = excluded.facts, tier = excluded.tier,
       score = excluded.score, is_test = excluded.is_test, received_at = excluded.received_at,
       partner = coalesce(excluded.partner, lead_projection.partner), lead_version = excluded.lead_version
     WHERE lead_projection.lead_version <= excluded.lead_version`,
    [
      lead.leadId,
      lead.line,
      lead.facts,
      lead.tier,
      lead.score,
      lead.isTest,
      lead.receivedAt,
      lead.partner,
      lead.leadVersion,
    ],
  );
}

/** Sets a lead's score and tier unless a newer event was here before. Whether the tier is another one now. */
export async function rescoreLead(
  tx: EntityManager,
  change: Pick<Known, 'leadId' | 'score' | 'tier' | 'leadVersion'>,
): Promise<boolean> {
  const before = await lockLead(tx, change.leadId);
  if (!before || before.leadVersion > change.leadVersion) return false;
  await tx.query('UPDATE lead_projection SET score = $2, tier = $3, lead_version = $4 WHERE lead_id = $1', [
    change.leadId,
    change.score,
    change.tier,
    change.leadVersion,
  ]);
  return before.tier !== change.tier;
}

/** No quotes are made any more for a lead whose consent was revoked. */
export async function withdrawLead(tx: EntityManager, leadId: string, leadVersion: number): Promise<void> {
  await tx.query(
    'UPDATE lead_projection SET withdrawn = true, lead_version = greatest(lead_version, $2) WHERE lead_id = $1',
    [leadId, leadVersion],
  );
}

/** Reads a lead and keeps others from making quotes for it until the transaction ends. */
export async function lockLead(tx: EntityManager, leadId: string): Promise<LeadProjection | null> {
  return tx.findOne(LeadProjection, { where: { leadId }, lock: { mode: 'pessimistic_write' } });
}

/** What is known of some leads, by their ids. */
export async function findLeads(em: EntityManager, ids: readonly string[]): Promise<LeadProjection[]> {
  return em.findBy(LeadProjection, { leadId: Any([...ids]) });
}

/** Counts a change of `Lead.quotes` and returns the version that caches compare. */
export async function nextLeadVersion(tx: EntityManager, leadId: string): Promise<number> {
  const [rows]: [{ version: string }[], number] = await tx.query(
    'UPDATE lead_projection SET version = version + 1 WHERE lead_id = $1 RETURNING version',
    [leadId],
  );
  return Number(rows[0]?.version ?? 0);
}
