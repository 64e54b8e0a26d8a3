import { ChangesOfAnswers1765100000000, createDataSource, KitTables1700000000000 } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import { LeadProjectionRow, QualificationJobRow, QualificationRow } from './entities.js';
import { Qualification1700000000100 } from './migrations/1700000000100-qualification.js';

/** The store's classes and migrations, in their order. */
export const aiStore = {
  entities: [LeadProjectionRow, QualificationRow, QualificationJobRow],
  migrations: [KitTables1700000000000, Qualification1700000000100, ChangesOfAnswers1765100000000],
};

export function createAiDataSource(
  options: Omit<Parameters<typeof createDataSource>[0], 'entities' | 'migrations' | 'name'>,
): DataSource {
  return createDataSource({ ...options, ...aiStore, name: 'ai' });
}
