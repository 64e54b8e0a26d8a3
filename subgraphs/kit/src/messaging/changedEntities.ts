import type { EntityRef } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import { currentScope } from '../requestScope.js';
import { onCommit } from '../store/transaction.js';

const changed = new WeakMap<EntityManager, EntityRef[]>();

/**
 * Notes what a transaction has changed; once it is committed a mutation names it in `extensions.changed`, and the gateway drops what it keeps of it before it answers. Events do it for their entities. By itself it is for who asks again
 * for what was done before: the first answer may have been lost before anybody was told.
 */
export function noteChanged(tx: EntityManager, entities: readonly EntityRef[]): void {
  changed.set(tx, [...changedIn(tx), ...entities]);
  const scope = currentScope();
  if (scope) onCommit(tx, () => scope.changed.push(...entities));
}

/** What has been noted for a transaction so far. */
export function changedIn(tx: EntityManager): readonly EntityRef[] {
  return changed.get(tx) ?? [];
}
