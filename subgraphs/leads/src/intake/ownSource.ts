import { type Identity, isUuid, notFound } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import { readSource } from '../store/sourceStore.js';
import type { SourceRow } from '../store/sourceTable.js';

/** Whether this identity may know of and act for what belongs to a partner: the partner itself, and everybody of the platform. */
export function actsFor(identity: Identity, partner: string): boolean {
  return identity.kind === 'PARTNER'
    ? identity.sub === partner
    : identity.kind !== 'ANONYMOUS' && identity.kind !== 'AGENT';
}

/** The source that a submission names. To a partner, sources of others do not exist: NOT_FOUND. */
export async function findOwnSource(tx: EntityManager, identity: Identity, id: string): Promise<SourceRow> {
  const source = isUuid(id) ? await readSource(tx, id) : null;
  if (!source || !actsFor(identity, source.partner)) throw notFound('Source', id);
  return source;
}
