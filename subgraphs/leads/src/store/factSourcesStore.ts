import type { ContactChannel } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';

/** What a lead's facts need beside the lead itself, in one statement. */
export interface SourceAndSuppressions {
  sourceName: string;
  partner: string;
  /** Qualified ÷ decided, or null while fewer than `qualityNeeds` were decided. */
  sourceQuality: number | null;
  suppressedChannels: ContactChannel[];
}

/** Reads the source's name and record and the channels on which the person is suppressed. */
export async function readSourceAndSuppressions(
  tx: EntityManager,
  lead: { sourceId: string; phoneHash: Buffer | null; emailHash: Buffer | null },
  qualityNeeds: number,
): Promise<SourceAndSuppressions> {
  const [row]: { name: string; partner: string; decided: string; qualified: string; channels: ContactChannel[] }[] =
    await tx.query(
      `SELECT source.name, source.partner, COALESCE(record.decided, 0) AS decided, COALESCE(record.qualified, 0) AS qualified,
            ARRAY(SELECT DISTINCT channel FROM suppression
                  WHERE (hash = $2 AND channel IN ('PHONE', 'SMS')) OR (hash = $3 AND channel = 'EMAIL') ORDER BY channel) AS channels
     FROM source
     LEFT JOIN LATERAL (SELECT sum(decided) AS decided, sum(qualified) AS qualified
                        FROM source_counter WHERE source_id = source.id) AS record ON true
     WHERE source.id = $1`,
      [lead.sourceId, lead.phoneHash, lead.emailHash],
    );
  if (!row) throw new Error(`source ${lead.sourceId} is gone`);
  return {
    sourceName: row.name,
    partner: row.partner,
    sourceQuality: qualityOf(Number(row.decided), Number(row.qualified), qualityNeeds),
    suppressedChannels: row.channels,
  };
}

/** The share of a source's decided leads that were qualified, in thousandths; null while there are too few to tell. */
export function qualityOf(decided: number, qualified: number, needs: number): number | null {
  return decided < needs ? null : Math.round((qualified / decided) * 1_000) / 1_000;
}

/** The quality of several sources; those with too few decided leads are left out. */
export async function readSourceQualities(
  db: Pick<EntityManager, 'query'>,
  sourceIds: readonly string[],
  qualityNeeds: number,
): Promise<{ sourceId: string; quality: number }[]> {
  const rows: { source_id: string; decided: string; qualified: string }[] = await db.query(
    `SELECT source_id, sum(decided) AS decided, sum(qualified) AS qualified FROM source_counter
     WHERE source_id = ANY($1::uuid[]) GROUP BY source_id`,
    [sourceIds],
  );
  return rows.flatMap((row) => {
    const quality = qualityOf(Number(row.decided), Number(row.qualified), qualityNeeds);
    return quality === null ? [] : { sourceId: row.source_id, quality };
  });
}
