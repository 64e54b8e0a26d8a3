import { createHash, createSecretKey, type KeyObject } from 'node:crypto';

const KEY_BYTES = 32;

/**
 * The keys that wrap the leads' data keys. New ones are wrapped by `current`; what an earlier key wrapped can still be read while that key is
 * configured. A key's id is derived from the key, so a stored id can never name the wrong one.
 */
export interface MasterKeys {
  readonly current: MasterKey;
  readonly byId: ReadonlyMap<string, MasterKey>;
}

export interface MasterKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** Reads master keys: 32 bytes each, as base64. Throws when one has another size. */
export function readMasterKeys(current: string, retired: readonly string[] = []): MasterKeys {
  const [first, ...rest] = [current, ...retired].map(readKey);
  if (!first) throw new Error('no master key');
  return { current: first, byId: new Map([...rest, first].map((key) => [key.id, key])) };
}

function readKey(base64: string): MasterKey {
  const key = Buffer.from(base64, 'base64');
  if (key.length !== KEY_BYTES) {
    throw new Error(`a master key has ${KEY_BYTES} bytes as base64 (make one with: openssl rand -base64 32)`);
  }
  const id = createHash('sha256').update('leadgraph master key\0').update(key).digest('hex').slice(0, 12);
  return { id, key: createSecretKey(key) };
}
