import type { LeadRow } from '../store/leadTable.js';
import { createLeadKey, openLeadKey } from './leadKey.js';
import type { MasterKeys } from './masterKeys.js';
import { openPerson, type Person, sealPerson } from './person.js';

type SealedColumns = Pick<LeadRow, 'keyId' | 'wrappedKey' | 'sealed'>;

/** Where persons go in and out of lead rows. Holds the master keys; nothing else in the service does. */
export class Vault {
  readonly masters: MasterKeys;

  constructor(masters: MasterKeys) {
    this.masters = masters;
  }

  /** The columns of a new lead's row that hold its person, under a new data key. */
  store(leadId: string, person: Person): SealedColumns {
    const { key, stored } = createLeadKey(this.masters, leadId);
    return { keyId: stored.keyId, wrappedKey: stored.wrapped, sealed: sealPerson(key, leadId, person) };
  }

  /** The person of a lead; null when none was kept (REJECTED) or it was erased. Throws `SealBroken` when keys or bytes are wrong. */
  open(lead: Pick<LeadRow, 'id'> & SealedColumns): Person | null {
    if (lead.keyId === null || lead.wrappedKey === null || lead.sealed === null) return null;
    const key = openLeadKey(this.masters, lead.id, { keyId: lead.keyId, wrapped: lead.wrappedKey });
    return openPerson(key, lead.id, lead.sealed);
  }
}
