import { randomUUID } from 'node:crypto';
import type { IssueToken } from '../../infra/stack/src/issueToken.ts';
import { leadId, loadedLead, SOURCES } from '../data/loadedLeads.ts';
import type { Loaded } from '../data/loadLeads.ts';
import { submission } from '../data/statements.ts';

/** Kinds of requests; the cache's bar is about those that the earlier platform kept. */
export const kinds = [
  'health',
  'lead by id',
  'leads by status',
  'leads, other filters',
  'agents',
  'sources',
  'create',
  'quote',
  'qualify',
] as const;
export type Kind = (typeof kinds)[number];

export const keptKinds: readonly Kind[] = ['lead by id', 'leads by status', 'agents', 'sources'];

export interface UserRequest {
  readonly kind: Kind;
  /** Undefined: a GET of /health/live. */
  readonly body?: string;
  readonly token?: string;
  /** Told the body of the answer. */
  readonly learn?: (body: string) => void;
}

/** Requests of one mix, out of how many hundredths each kind has. */
export type Mix = 'mixed pages and leads' | 'the earlier mix' | 'what is kept' | 'new leads';
/** Those that are measured; the others go before them. */
export const mixes: readonly Mix[] = ['mixed pages and leads', 'the earlier mix'];

/**
 * The earlier mix: 5 health, 40 lists, 30 leads by id, 10 new leads, 10 quotes, 5 qualifications, and beside these hundred the agents' list and the sources (its configuration), two each, since it kept
 * them as well. Of the other mix lists and leads alone.
 */
const shares: Readonly<Record<Mix, readonly (readonly [Kind, number])[]>> = {
  'mixed pages and leads': [
    ['lead by id', 30],
    ['leads by status', 24],
    ['leads, other filters', 16],
  ],
  'what is kept': [
    ['lead by id', 30],
    ['leads by status', 24],
    ['leads, other filters', 16],
    ['agents', 2],
    ['sources', 2],
  ],
  'new leads': [['create', 1]],
  'the earlier mix': [
    ['health', 5],
    ['lead by id', 30],
    ['leads by status', 24],
    ['leads, other filters', 16],
    ['agents', 2],
    ['sources', 2],
    ['create', 10],
    ['quote', 10],
    ['qualify', 5],
  ],
};

const SOURCE_FIELDS = 'source { id name }';
const LEAD = `id version status line score tier receivedAt address { city state zip } ${SOURCE_FIELDS}`;
const OFFERS = 'offers { id status priceCents agent { id name agency { id legalName } } hold { id status } }';
const PAGE = 'pageInfo { hasNextPage endCursor }';
const one = (fields: string) => `query Lead($id: ID!) { lead(id: $id) { ${fields} } }`;
const page = (fields: string) =>
  `query Leads($after: String, $filter: LeadFilter) { leads(first: 20, after: $after, filter: $filter) { edges { node { ${fields} } } ${PAGE} } }`;
/** Partners may not know who was offered their leads. */
const documents = {
  staff: { one: one(`${LEAD} ${OFFERS}`), page: page(`${LEAD} ${OFFERS}`) },
  partner: { one: one(LEAD), page: page(LEAD) },
};
const AGENTS = `{ agents(first: 20) { edges { node { id name status availability agency { id legalName } wallet { id availableCents } } } ${PAGE} } }`;
const SOURCES_LIST = `{ sources(first: 20) { edges { node { id name dailyCap createdAt } } ${PAGE} } }`;
const CREATE = 'mutation ($input: CreateLeadInput!) { createLead(input: $input) { lead { id status } } }';
const QUOTE = 'mutation ($input: QuoteLeadInput!) { quoteLead(input: $input) { id priceCents expiresAt } }';
const QUALIFY = 'mutation ($input: QualifyLeadInput!) { qualifyLead(input: $input) { id status } }';

const statuses = ['SOLD', 'EXPIRED', 'DISQUALIFIED', 'NEEDS_REVIEW', 'REJECTED'];
const lines = ['AUTO', 'HOME', 'RENTERS', 'LIFE', 'HEALTH', 'MEDICARE', 'COMMERCIAL'];
const states = ['CA', 'TX', 'FL', 'NY', 'PA', 'IL', 'OH'];
/** Leads that were made in the run and may be priced and qualified once more: what was loaded has no facts to price. */
const MOST_CREATED = 500;
/** By then they have gone through all subgraphs. */
const SETTLED_MS = 5_000;
const PARTNERS = 5;
const LATER_PAGES = 0.15;

interface Caller {
  readonly token: string;
  /** The number of the partner; undefined for operators and frontends. */
  readonly partner?: number;
}

/** What users ask for. */
export interface Requests {
  /** The next one of a mix. */
  next(mix: Mix): UserRequest;
  /** One for each lead that each of those who read may ask for. */
  each(): Generator<UserRequest>;
}

/**
 * Makes users' requests: an operator, a frontend and a partner read, 2 : 2 : 1; ids by Zipf with s = 1 over the loaded leads. The partners send new leads; another operator has them priced and qualified.
 */
export async function createRequests({ leads, origin }: Loaded, issue: IssueToken): Promise<Requests> {
  const operator = { token: await issue({ kind: 'OPERATOR', sub: 'perf' }, { scopes: [] }) };
  const frontend = { token: await issue({ kind: 'FRONTEND', sub: 'perf' }) };
  const partner = { token: await issue({ kind: 'PARTNER', sub: 'partner-0' }), partner: 0 };
  const callers: readonly Caller[] = [operator, operator, frontend, frontend, partner];
  const desk = { token: await issue({ kind: 'OPERATOR', sub: 'desk' }, { scopes: [] }) };
  const senders: Caller[] = [];
  for (let number = 0; number < PARTNERS; number++)
    senders.push({ token: await issue({ kind: 'PARTNER', sub: `partner-${number}` }), partner: number });

  const sorted = sortLeads(leads, origin);
  const created: { readonly id: string; readonly at: number }[] = [];
  const settled = () => created.filter(({ at }) => performance.now() - at > SETTLED_MS);
  const cursors = new Map<string, string>();
  const body = (query: string, variables?: object) => JSON.stringify({ query, variables });

  const leadsOf = (caller: Caller) =>
    (caller.partner === undefined ? sorted.all : sorted.partners[caller.partner]) ?? [];
  const lead = (caller: Caller, id: string): UserRequest => {
    const { one } = caller.partner === undefined ? documents.staff : documents.partner;
    return { kind: 'lead by id', token: caller.token, body: body(one, { id }) };
  };
  const list = (caller: Caller, kind: Kind, filter: object): UserRequest => {
    const { page } = caller.partner === undefined ? documents.staff : documents.partner;
    const id = `${caller.token}${JSON.stringify(filter)}`;
    // Half of the later pages are the second one.
    const after = Math.random() < LATER_PAGES ? cursors.get(id) : undefined;
    return {
      ...{ kind, token: caller.token, body: body(page, { filter, after: after ?? null }) },
      learn(answer) {
        const cursor = /"endCursor":"([^"]+)"/.exec(answer)?.[1];
        if (cursor && Math.random() < 0.5) cursors.set(id, cursor);
      },
    };
  };
  const create = (): UserRequest => {
    const sender = any(senders);
    const own = Math.floor((Math.random() * SOURCES) / PARTNERS) * PARTNERS + (sender.partner ?? 0);
    return {
      ...{ kind: 'create', token: sender.token, body: body(CREATE, { input: submission(own) }) },
      learn(answer) {
        const id = /"lead":\{"id":"([^"]+)"/.exec(answer)?.[1];
        if (id && created.length < MOST_CREATED) created.push({ id, at: performance.now() });
      },
    };
  };
  const make: Readonly<Record<Kind, (caller: Caller) => UserRequest>> = {
    health: () => ({ kind: 'health' }),
    'lead by id': (caller) => lead(caller, zipf(leadsOf(caller))),
    'leads by status': (caller) => list(caller, 'leads by status', { status: [any(statuses)] }),
    'leads, other filters': (caller) =>
      list(caller, 'leads, other filters', {
        ...(Math.random() < 0.5 && { status: [any(statuses)] }),
        ...(Math.random() < 0.7 ? { line: [any(lines)] } : { state: [any(states)] }),
      }),
    agents: () => ({ kind: 'agents', token: any([operator, frontend]).token, body: body(AGENTS) }),
    sources: (caller) => ({ kind: 'sources', token: caller.token, body: body(SOURCES_LIST) }),
    create,
    quote: () => {
      const [ready, idempotencyKey] = [settled(), randomUUID()];
      if (ready.length === 0) return create();
      const input = { leadId: any(ready).id, mode: 'SHARED', idempotencyKey };
      return { kind: 'quote', token: desk.token, body: body(QUOTE, { input }) };
    },
    qualify: () => {
      const [ready, idempotencyKey] = [settled(), randomUUID()];
      if (ready.length === 0) return create();
      const input = { leadId: any(ready).id, wait: true, idempotencyKey };
      return { kind: 'qualify', token: desk.token, body: body(QUALIFY, { input }) };
    },
  };
  return {
    next: (mix) => make[drawn(shares[mix])](any(callers)),
    *each() {
      for (const caller of [operator, frontend, partner]) for (const id of leadsOf(caller)) yield lead(caller, id);
    },
  };
}

/** The ids, of which those near the beginning are the popular ones: they have nothing to do with when the leads came. */
function sortLeads(count: number, origin: Date) {
  const all: string[] = [];
  const partners: string[][] = Array.from({ length: PARTNERS }, () => []);
  for (let index = 0; index < count; index++) {
    const n = (index * 7_919) % count;
    const [lead] = loadedLead(n, origin).leads.lead ?? [];
    const id = leadId(n, origin);
    all.push(id);
    partners[Number(String(lead?.source_id).slice(-6)) % PARTNERS]?.push(id);
  }
  return { all, partners };
}

function any<T>(values: readonly T[]): T {
  return values[Math.floor(Math.random() * values.length)] as T;
}

/** s = 1. */
function zipf<T>(values: readonly T[]): T {
  return values[Math.min(values.length, Math.floor((values.length + 1) ** Math.random())) - 1] as T;
}

function drawn(of: readonly (readonly [Kind, number])[]): Kind {
  let left = Math.random() * of.reduce((sum, [, share]) => sum + share, 0);
  for (const [kind, share] of of) {
    if (left < share) return kind;
    left -= share;
  }
  return 'health';
}
