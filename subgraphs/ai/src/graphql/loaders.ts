import { createListLoader, createLoader } from '@leadgraph/kit';
import type DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import type { LeadProjectionRow, QualificationJobRow, QualificationRow } from '../store/entities.js';
import { findJobs } from '../store/jobs.js';
import { findLeads } from '../store/leadProjections.js';
import { findQualifications, latestQualifications, recentQualifications } from '../store/qualifications.js';

export interface AiLoaders {
  readonly qualification: DataLoader<string, QualificationRow | null>;
  /** By lead. */
  readonly latestQualification: DataLoader<string, QualificationRow | null>;
  readonly job: DataLoader<string, QualificationJobRow | null>;
  readonly lead: DataLoader<string, LeadProjectionRow | null>;
  /** By lead, the newest first; one loader for each length asked for. */
  history(first: number): DataLoader<string, QualificationRow[]>;
}

/** The data loaders of one request: one statement for each kind and level, however many entities are asked for. */
export function createLoaders(db: DataSource): AiLoaders {
  const histories = new Map<number, DataLoader<string, QualificationRow[]>>();
  return {
    qualification: createLoader(
      (ids) => findQualifications(db.manager, ids),
      (row) => row.id,
    ),
    latestQualification: createLoader(
      (ids) => latestQualifications(db.manager, ids),
      (row) => row.leadId,
    ),
    job: createLoader(
      (ids) => findJobs(db.manager, ids),
      (row) => row.id,
    ),
    lead: createLoader(
      (ids) => findLeads(db.manager, ids),
      (row) => row.leadId,
    ),
    history(first) {
      const known = histories.get(first);
      if (known) return known;
      const loader = createListLoader(
        (ids: readonly string[]) => recentQualifications(db.manager, ids, first),
        (row) => row.leadId,
      );
      histories.set(first, loader);
      return loader;
    },
  };
}
