import type { GraphClient } from './graphClient.ts';
import type { LeadProblem } from './leadOutcome.ts';
import { type PersistedOperation, persistedOperation } from './persistedOperation.ts';

export interface CreateLeadAnswer {
  readonly replayed: boolean;
  readonly lead: { readonly id: string; readonly status: string };
  readonly duplicateOf: { readonly id: string } | null;
  readonly problems: readonly LeadProblem[];
}

/** Submits a lead. Throws `GraphError`. */
export type CreateLead = (client: GraphClient, input: Readonly<Record<string, unknown>>) => Promise<CreateLeadAnswer>;

const operation = /* GraphQL */ `
  mutation CreateLead($input: CreateLeadInput!) {
    createLead(input: $input) {
      replayed
      lead { id status }
      duplicateOf { id }
      problems { code field message }
    }
  }
`;

/** As anybody who may send operations of its own: what the input does not know is refused. */
export const createLead: CreateLead = async (client, input) =>
  (await client.request<{ createLead: CreateLeadAnswer }>(operation, { input })).createLead;

/** As a partner, who may run nothing but what it was promised: by the operation's id. Its variables are the input's members. */
export const submitLead: CreateLead = async (client, input) => {
  submitOperation ??= persistedOperation('partner', 'SubmitLead');
  const { id, name } = submitOperation;
  return (await client.request<{ createLead: CreateLeadAnswer }>({ documentId: id, name }, input)).createLead;
};

let submitOperation: PersistedOperation | undefined;
