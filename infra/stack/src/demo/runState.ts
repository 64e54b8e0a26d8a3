import { allPages } from '../graph/allPages.ts';
import type { GraphClient } from '../graph/graphClient.ts';

export interface RunOffer {
  readonly id: string;
  readonly status: 'RESERVED' | 'OFFERED' | 'ACCEPTED' | 'REJECTED' | 'EXPIRED' | 'CANCELLED';
  readonly settlement: 'NONE' | 'PENDING' | 'SETTLED' | 'FAILED';
  readonly mode: 'EXCLUSIVE' | 'SHARED';
  readonly priceCents: number;
  readonly hold: { readonly status: string } | null;
}

/** One decision of routing: why nobody could have the lead, or how many campaigns lost for which reason. */
export interface RunRound {
  readonly gate: string | null;
  readonly reasons: readonly { readonly reason: string; readonly campaigns: number }[];
}

export interface RunLead {
  readonly id: string;
  readonly externalId: string | null;
  readonly status: string;
  readonly tier: string | null;
  readonly retryAt: string | null;
  readonly problems: readonly { readonly code: string }[];
  readonly buyers: readonly { readonly offerId: string; readonly priceCents: number }[];
  readonly offers: readonly RunOffer[];
  readonly routing: { readonly state: string; readonly rounds: readonly RunRound[] } | null;
}

export interface RunCharge {
  readonly id: string;
  readonly priceCents: number;
  readonly offer: { readonly id: string };
  readonly lead: { readonly id: string };
  readonly quote: { readonly priceCents: number } | null;
}

/** All that the platform has of a run at one time. */
export interface RunState {
  readonly leads: readonly RunLead[];
  readonly charges: readonly RunCharge[];
  readonly postingsSumCents: number;
}

const leadsOperation = /* GraphQL */ `
  query RunLeads($from: DateTimeISO!, $first: Int!, $after: String) {
    leads(filter: { receivedFrom: $from }, sort: { field: RECEIVED_AT, direction: ASC }, first: $first, after: $after) {
      edges {
        node {
          id externalId status tier retryAt
          problems { code }
          buyers { offerId priceCents }
          offers { id status settlement mode priceCents hold { status } }
          routing { state rounds { gate reasons { reason campaigns } } }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const chargesOperation = /* GraphQL */ `
  query RunCharges($from: DateTimeISO!, $first: Int!, $after: String) {
    charges(filter: { capturedFrom: $from }, first: $first, after: $after) {
      edges { node { id priceCents offer { id } lead { id } quote { priceCents } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const ledgerOperation = /* GraphQL */ `query Ledger { trialBalance { sumCents } }`;

/** Reads everything since `from` as an operator and keeps what belongs to the run's leads. */
export async function readRunState(
  operator: GraphClient,
  from: Date,
  externalIds: ReadonlySet<string>,
): Promise<RunState> {
  const since = { from: from.toISOString() };
  const graph = operator.uncached();
  const leads = (await allPages<RunLead>(graph, leadsOperation, 'leads', since)).filter(
    ({ externalId }) => externalId !== null && externalIds.has(externalId),
  );
  const ids = new Set(leads.map(({ id }) => id));
  const charges = await allPages<RunCharge>(graph, chargesOperation, 'charges', since);
  const { trialBalance } = await graph.request<{ trialBalance: { sumCents: number } }>(ledgerOperation);
  return { leads, charges: charges.filter(({ lead }) => ids.has(lead.id)), postingsSumCents: trialBalance.sumCents };
}
