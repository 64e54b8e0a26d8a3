import { randomUUID } from 'node:crypto';
import { leadId, SOURCES, sourceId } from './loadedLeads.ts';
import type { Loaded } from './loadLeads.ts';

export type SubgraphUnderTest = 'leads' | 'agents';

/** Sends an operation to a subgraph, as the gateway would, and answers the body. Rejects when it has errors. */
export type Send = (subgraph: SubgraphUnderTest, body: string) => Promise<string>;

export interface Ask {
  readonly tokens: {
    readonly of: (subgraph: SubgraphUnderTest) => string;
    readonly url: (subgraph: SubgraphUnderTest) => string;
  };
}

/** One kind of statement of the earlier report. */
export interface Statement {
  readonly name: string;
  /** The earlier averages at 100 and at 500 callers, ms. */
  readonly earlierMs: readonly [at100: number, at500: number];
  /** The most that 95 of 100 may take for a single caller, ms; undefined where nothing is promised. */
  readonly aloneP95Ms?: number;
  readonly ask: (send: Send) => Promise<unknown>;
}

const LEAD =
  'id version status line score tier soldCount receivedAt statusChangedAt address { city state zip } source { id name }';
const GET = `query ($id: ID!) { lead(id: $id) { ${LEAD} } }`;
const LIST = `query ($after: String, $filter: LeadFilter) { leads(first: 20, after: $after, filter: $filter) { edges { node { ${LEAD} } } pageInfo { hasNextPage endCursor } } }`;
const INSERT = 'mutation ($input: CreateLeadInput!) { createLead(input: $input) { lead { id status } } }';
const UPDATE = 'mutation ($id: ID!) { revokeConsent(leadId: $id, reason: "asked") { id status } }';
const OFFERS = `query ($lead: [_Any!]!) { _entities(representations: $lead) { ... on Lead { offers { id status priceCents offeredAt agent { id name status agency { legalName } } } } } }`;
const REPORT = `query ($range: ReportRange!, $filter: LeadReportFilter, $groupBy: [LeadReportGroup!]) {
  funnelReport(range: $range, filter: $filter, groupBy: $groupBy) { source { id } line state received validated qualified offered sold bound }
  revenueReport(range: $range, filter: $filter, groupBy: $groupBy) { source { id } line state costCents revenueCents returnRate costPerAcquisitionCents }
}`;
const lines = ['AUTO', 'HOME', 'RENTERS', 'LIFE', 'HEALTH', 'MEDICARE', 'COMMERCIAL'];
const states = ['CA', 'TX', 'FL', 'NY', 'PA', 'IL', 'OH'];
const statuses = ['SOLD', 'EXPIRED', 'NEEDS_REVIEW', 'DISQUALIFIED'];
const groups = [['SOURCE'], ['LINE'], ['STATE'], ['DAY'], ['SOURCE', 'LINE']];

/** `changeable` are leads whose consent can be revoked: each is used once, in turn. */
export function statementsOn({ leads, origin }: Loaded, changeable: readonly string[]): readonly Statement[] {
  const any = <T>(values: readonly T[]) => values[Math.floor(Math.random() * values.length)] as T;
  const chance = (share: number) => Math.random() < share;
  // Zipf with s = 1 over all leads; which are the popular ones has nothing to do with when they came
  const popular = () => leadId((Math.floor(leads ** Math.random()) * 7_919) % leads, origin);
  const body = (query: string, variables: object) => JSON.stringify({ query, variables });
  const cursors: string[] = [];
  let used = 0;
  const day = (offset: number) => new Date(origin.getTime() + offset * 86_400_000).toISOString().slice(0, 10);

  return [
    {
      name: 'lead by id',
      earlierMs: [8, 15],
      aloneP95Ms: 10,
      ask: (send) => send('leads', body(GET, { id: popular() })),
    },
    {
      name: 'leads with filters',
      earlierMs: [25, 65],
      aloneP95Ms: 10,
      async ask(send) {
        const filter = {
          ...(chance(0.7) && { status: [any(statuses)] }),
          ...(chance(0.5) && { line: [any(lines)] }),
          ...(chance(0.4) && { state: [any(states)] }),
        };
        const after = chance(0.3) ? (any(cursors) ?? null) : null;
        const text = await send('leads', body(LIST, { filter, after }));
        const cursor = /"endCursor":"([^"]+)"/.exec(text)?.[1];
        if (cursor) cursors[cursors.length < 500 ? cursors.length : Math.floor(Math.random() * 500)] = cursor;
      },
    },
    {
      name: 'insert a lead',
      earlierMs: [45, 95],
      ask: (send) => send('leads', body(INSERT, { input: submission() })),
    },
    {
      name: 'update a lead’s status',
      earlierMs: [35, 78],
      ask(send) {
        const id = changeable[used++];
        if (id === undefined) throw new Error('no lead left to change: load more of them');
        return send('leads', body(UPDATE, { id }));
      },
    },
    {
      name: 'lead with agent',
      earlierMs: [120, 380],
      async ask(send) {
        const id = popular();
        await send('leads', body(GET, { id }));
        await send('agents', body(OFFERS, { lead: [{ __typename: 'Lead', id }] }));
      },
    },
    {
      name: 'report',
      earlierMs: [450, 1_800],
      aloneP95Ms: 20,
      ask: (send) =>
        send(
          'leads',
          body(REPORT, {
            range: { from: day(-90), to: day(0) },
            groupBy: any(groups),
            filter: { ...(chance(0.5) && { line: [any(lines)] }), ...(chance(0.5) && { state: [any(states)] }) },
          }),
        ),
    },
  ];
}

/** A test lead of AUTO in Illinois, for one of the loaded sources: a lead that goes all the way. */
export function submission(source = Math.floor(Math.random() * SOURCES)): object {
  const areaCode = [312, 214, 415, 617, 303][Math.floor(Math.random() * 5)];
  return {
    sourceId: sourceId(source),
    externalId: randomUUID(),
    line: 'AUTO',
    contact: {
      ...{ firstName: 'Jane', lastName: 'Doe', email: `${randomUUID()}@mail.example.com`, dateOfBirth: '1985-04-12' },
      phone: `+1${areaCode}${2_000_000 + Math.floor(Math.random() * 7_000_000)}`,
    },
    address: { street: `${Math.floor(Math.random() * 1e6)} Wacker Drive`, city: 'Chicago', state: 'IL', zip: '60601' },
    details: { auto: { vehicles: [{ year: 2020, vin: '1M8GDM9AXKP042788' }], drivers: [{ age: 40 }] } },
    consent: {
      ...{ text: 'I agree to be called about insurance.', givenAt: new Date().toISOString(), channels: ['PHONE'] },
      ...{ scope: 'PARTNER_LIST', certificateType: 'INTERNAL', certificateRef: 'REC-1' },
    },
    isTest: true,
  };
}
