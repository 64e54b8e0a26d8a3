import { createListLoader, createLoader, type SharedReads } from '@leadgraph/kit';
import type DataLoader from 'dataloader';
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

/** The keyed reads of ai, which concurrent requests share. */
export function aiReads(reads: SharedReads) {
  return {
    qualification: reads.read({ name: 'qualification', load: findQualifications, keyOf: (row) => row.id }),
    latestQualification: reads.read({
      name: 'latestQualification',
      load: latestQualifications,
      keyOf: (row) => row.leadId,
    }),
    job: reads.read({ name: 'job', load: findJobs, keyOf: (row) => row.id }),
    lead: reads.read({ name: 'lead', load: findLeads, keyOf: (row) => row.leadId }),
    history: reads.readWith((first: number) => ({
      name: 'history',
      load: (manager, ids) => recentQualifications(manager, ids, first),
      keyOf: (row) => row.leadId,
    })),
  };
}

/** The data loaders of one request: one statement for each kind and level, however many entities are asked for. */
export function createLoaders(reads: ReturnType<typeof aiReads>): AiLoaders {
  const histories = new Map<number, DataLoader<string, QualificationRow[]>>();
  return {
    qualification: createLoader(reads.qualification),
    latestQualification: createLoader(reads.latestQualification),
    job: createLoader(reads.job),
    lead: createLoader(reads.lead),
    history(first) {
      const loader = histories.get(first) ?? createListLoader(reads.history(first));
      histories.set(first, loader);
      return loader;
    },
  };
}
