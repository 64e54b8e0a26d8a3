import type { ChangedEntity } from '../requestContext.js';

/** Each entity once, with its highest version: several fields of a mutation may have changed the same one. */
export function changedEntities(changed: readonly ChangedEntity[]): ChangedEntity[] {
  const entities = new Map<string, ChangedEntity>();
  for (const { __typename, key, version } of changed) {
    const id = JSON.stringify([__typename, key]);
    if (version >= (entities.get(id)?.version ?? Number.NEGATIVE_INFINITY))
      entities.set(id, { __typename, key, version });
  }
  return [...entities.values()];
}
