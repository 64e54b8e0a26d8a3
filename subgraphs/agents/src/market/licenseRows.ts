import { DomainError, uuidv7 } from '@leadgraph/kit';
import type { LicenseInput } from '../graphql/agentInputs.js';
import type { License } from '../store/license.js';

/** An agent's licences as rows; BAD_USER_INPUT for a term that ends before it begins and for the same licence twice. */
export function licenseRows(agentId: string, inputs: readonly LicenseInput[]): License[] {
  const seen = new Set<string>();
  return inputs.map(({ state, lineOfAuthority, number, effective, expires, status }, index) => {
    if (expires < effective) {
      throw new DomainError('BAD_USER_INPUT', 'A licence cannot expire before it is effective; correct the dates.', {
        field: `licenses.${index}.expires`,
      });
    }
    const key = `${state} ${lineOfAuthority} ${number}`;
    if (seen.has(key)) {
      throw new DomainError('BAD_USER_INPUT', `The licence ${key} stands twice in the list; leave one out.`, {
        field: `licenses.${index}`,
      });
    }
    seen.add(key);
    return { id: uuidv7(), agentId, state, lineOfAuthority, number, effective, expires, status: status ?? 'ACTIVE' };
  });
}
