import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../config.ts';
import type { GraphClient } from './graphClient.ts';
import type { LeadProblem } from './leadOutcome.ts';

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

/** Whether partners call their persisted operations by id, which gateways that serve them want; else they send the same text. */
const BY_ID = false;

/** As a partner: by the operation that it was promised, whose variables are the input's members. */
export const submitLead: CreateLead = async (client, input) => {
  submitOperation ??= readSubmitLead();
  const { id, body, name } = submitOperation;
  const request = BY_ID ? { documentId: id, name } : body;
  return (await client.request<{ createLead: CreateLeadAnswer }>(request, input)).createLead;
};

interface PersistedOperation {
  readonly id: string;
  readonly body: string;
  readonly name: string;
}
let submitOperation: PersistedOperation | undefined;

function readSubmitLead(): PersistedOperation {
  const file = join(PROJECT_ROOT, 'schema/operations/partner/manifest.json');
  const { operations } = JSON.parse(readFileSync(file, 'utf8')) as { operations: PersistedOperation[] };
  const found = operations.find(({ name }) => name === 'SubmitLead');
  if (!found) throw new Error(`${file} has no operation SubmitLead; run "npm run operations -- manifest".`);
  return found;
}
