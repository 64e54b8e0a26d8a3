import { isDeepStrictEqual } from 'node:util';
import type { StoredManifest } from '../clients/storedClients.ts';

/** What publishing changes, by names of operations. */
export interface ManifestChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Another text or id, so that clients that send the former id are refused; or another route. */
  readonly changed: readonly string[];
  /** Whose it is, or its statuses. */
  readonly settings: boolean;
}

/** Compares a manifest with the one that was published before; undefined where they say the same. */
export function manifestChanges(
  before: StoredManifest | undefined,
  after: StoredManifest,
): ManifestChanges | undefined {
  const [old, next] = [byName(before), byName(after)];
  const changes = {
    added: [...next.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !next.has(name)),
    changed: [...next].filter(([name, each]) => old.has(name) && !same(old.get(name), each)).map(([name]) => name),
    settings:
      before !== undefined &&
      !(same(before.identities, after.identities) && same(before.statuses ?? {}, after.statuses ?? {})),
  };
  const { added, removed, changed, settings } = changes;
  if (before && added.length + removed.length + changed.length === 0 && !settings) return undefined;
  return changes;
}

/** In lines for people. */
export function describeChanges({ added, removed, changed, settings }: ManifestChanges): string[] {
  return [
    ...added.map((name) => `  + ${name}`),
    ...changed.map((name) => `  ~ ${name}`),
    ...removed.map((name) => `  - ${name}`),
    ...(settings ? ['  ~ whose it is, or its statuses'] : []),
  ];
}

/** Several operations of one name may stand in manifests that clients' tools wrote. */
function byName(manifest: StoredManifest | undefined): Map<string, StoredManifest['operations']> {
  const found = new Map<string, StoredManifest['operations']>();
  for (const operation of manifest?.operations ?? []) {
    found.set(operation.name, [...(found.get(operation.name) ?? []), operation]);
  }
  return found;
}

/** As JSON, where a member that is undefined is none. */
function same(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(asJson(one), asJson(other));
}

function asJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
