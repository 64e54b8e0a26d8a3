import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { MasterKeys } from './masterKeys.js';
import { SealBroken, seal, unseal } from './seal.js';

/** A lead's data key as it is kept: wrapped by the master key with this id. Without it, what it encrypted is gone for good. */
export interface WrappedKey {
  keyId: string;
  wrapped: Buffer;
}

const contextOf = (leadId: string) => `lead-key:${leadId}`;

/** Makes the data key of a new lead. */
export function createLeadKey(masters: MasterKeys, leadId: string): { key: KeyObject; stored: WrappedKey } {
  const key = createSecretKey(randomBytes(32));
  return { key, stored: wrap(masters, leadId, key) };
}

/** Opens a lead's data key. Throws `SealBroken` when its master key is not configured any more. */
export function openLeadKey(masters: MasterKeys, leadId: string, stored: WrappedKey): KeyObject {
  const master = masters.byId.get(stored.keyId);
  if (!master) throw new SealBroken(`master key ${stored.keyId} is not configured`);
  return createSecretKey(unseal(master.key, contextOf(leadId), stored.wrapped));
}

/** Wraps a lead's data key with the current master key, after a rotation. What the data key encrypted stays as it is. */
export function rewrapLeadKey(masters: MasterKeys, leadId: string, stored: WrappedKey): WrappedKey {
  return wrap(masters, leadId, openLeadKey(masters, leadId, stored));
}

function wrap(masters: MasterKeys, leadId: string, key: KeyObject): WrappedKey {
  return { keyId: masters.current.id, wrapped: seal(masters.current.key, contextOf(leadId), key.export()) };
}
