import { createHash } from 'node:crypto';
import { allPages } from '../graph/allPages.ts';
import { createGraphClient, type GraphClient } from '../graph/graphClient.ts';
import type { DemoAgent, DemoMarket, DemoSource } from './demoAgents.ts';
import { readDemoMarket } from './readDemoLeads.ts';

export interface SeedOptions {
  readonly graphqlUrl: string;
  /** An operator's. */
  readonly operatorToken: string;
  readonly log?: (line: string) => void;
  /** Default: `infra/stack/demo/agents.json`. */
  readonly market?: DemoMarket;
}

export interface SeedSummary {
  readonly sources: number;
  readonly agencies: number;
  readonly agents: number;
}

/** Agents in one request: well under the gateway's limit of a body. */
const AGENTS_A_BATCH = 50;
const WALLETS_A_BATCH = 200;

/**
 * Puts the demo's market into a running platform, through the gateway alone: sources, agencies, pools, agents with licences and campaigns,
 * and their opening credit. What is there already stays as it is, so it can be called again, also after it was interrupted: agents are
 * known by their NPN, and credits carry idempotency keys. Answers how much was new.
 */
export async function seed({
  graphqlUrl,
  operatorToken,
  log = () => {},
  market: given,
}: SeedOptions): Promise<SeedSummary> {
  const operator = createGraphClient({ graphqlUrl, token: operatorToken });
  const market = given ?? (await readDemoMarket());
  const [sources, agencies] = await Promise.all([
    seedSources(operator, market.sources),
    seedAgencies(operator, market),
  ]);
  const agents = await seedAgents(operator, market.agents, agencies.ids);
  await Promise.all([seedPools(operator, market), seedCredits(operator, market.agents, agents.ids)]);
  const summary = { sources, agencies: agencies.made, agents: agents.made };
  if (summary.agents > 0)
    log(`Demo data: ${sources} sources, ${agencies.made} agencies, ${agents.made} agents with campaigns and credit.`);
  return summary;
}

const sourcesOperation = /* GraphQL */ `
  query SeededSources($first: Int!, $after: String) {
    sources(first: $first, after: $after) { edges { node { name partner } } pageInfo { hasNextPage endCursor } }
  }
`;
const createSource = /* GraphQL */ `mutation CreateSource($input: CreateSourceInput!) { createSource(input: $input) { id } }`;

async function seedSources(operator: GraphClient, wanted: readonly DemoSource[]): Promise<number> {
  const known = await allPages<{ name: string; partner: string }>(operator, sourcesOperation, 'sources');
  const names = new Set(known.map(({ partner, name }) => `${partner} ${name}`));
  const missing = wanted.filter(({ partner, name }) => !names.has(`${partner} ${name}`));
  for (const input of missing) await operator.request(createSource, { input });
  return missing.length;
}

const agenciesOperation = /* GraphQL */ `
  query SeededAgencies($first: Int!, $after: String) {
    agencies(first: $first, after: $after) { edges { node { id legalName } } pageInfo { hasNextPage endCursor } }
  }
`;
const createAgencies = /* GraphQL */ `
  mutation CreateAgencies($inputs: [AgencyInput!]!, $key: String!) {
    createAgencies(inputs: $inputs, idempotencyKey: $key) { id legalName }
  }
`;

interface Seeded {
  /** By legal name, or by NPN. */
  readonly ids: ReadonlyMap<string, string>;
  readonly made: number;
}

async function seedAgencies(operator: GraphClient, { agencies }: DemoMarket): Promise<Seeded> {
  type Agency = { id: string; legalName: string };
  const known = await allPages<Agency>(operator, agenciesOperation, 'agencies');
  const names = new Set(known.map(({ legalName }) => legalName));
  const missing = agencies.filter(({ legalName }) => !names.has(legalName));
  const made = missing.length === 0 ? [] : await create<Agency>(operator, createAgencies, 'createAgencies', missing);
  return { ids: new Map([...known, ...made].map(({ legalName, id }) => [legalName, id])), made: made.length };
}

const agentsOperation = /* GraphQL */ `
  query SeededAgents($first: Int!, $after: String) {
    agents(first: $first, after: $after) { edges { node { id npn } } pageInfo { hasNextPage endCursor } }
  }
`;
const createAgents = /* GraphQL */ `
  mutation CreateAgents($inputs: [RegisterAgentInput!]!, $key: String!) {
    createAgents(inputs: $inputs, idempotencyKey: $key) { id npn }
  }
`;

async function seedAgents(
  operator: GraphClient,
  wanted: readonly DemoAgent[],
  agencyIds: ReadonlyMap<string, string>,
): Promise<Seeded> {
  type Agent = { id: string; npn: string };
  const known = await allPages<Agent>(operator, agentsOperation, 'agents');
  const npns = new Set(known.map(({ npn }) => npn));
  const missing = wanted.filter(({ npn }) => !npns.has(npn));
  const made: Agent[] = [];
  for (const batch of batches(missing, AGENTS_A_BATCH)) {
    const inputs = batch.map((agent) => agentInput(agent, agencyIds));
    made.push(...(await create<Agent>(operator, createAgents, 'createAgents', inputs)));
  }
  return { ids: new Map([...known, ...made].map(({ npn, id }) => [npn, id])), made: made.length };
}

function agentInput(agent: DemoAgent, agencyIds: ReadonlyMap<string, string>): Record<string, unknown> {
  const { agency, creditCents: _, licenses, ...input } = agent;
  return {
    ...input,
    agencyId: agencyIds.get(agency),
    licenses: licenses.flatMap(({ states, ...license }) =>
      states.map((state) => ({ ...license, state, number: `${state}-${agent.npn}` })),
    ),
  };
}

/** A batch has the key of what stands in it: sent again after a failure it is answered as the first time. */
async function create<T>(
  operator: GraphClient,
  operation: string,
  field: string,
  inputs: readonly unknown[],
): Promise<T[]> {
  const key = `seed-${digest(inputs)}`;
  const answer = await operator.request<Record<string, T[]>>(operation, { inputs, key });
  return answer[field] ?? [];
}

const upsertPools = /* GraphQL */ `mutation UpsertPools($inputs: [PoolInput!]!) { upsertPools(inputs: $inputs) { line state } }`;

async function seedPools(operator: GraphClient, { pools }: DemoMarket): Promise<void> {
  if (pools.length > 0) await operator.request(upsertPools, { inputs: pools });
}

const creditWallets = /* GraphQL */ `
  mutation CreditWallets($input: CreditWalletsInput!) { creditWallets(input: $input) { id } }
`;

/** The wallets are opened by an event after the agents are there: until then WALLET_NOT_READY is repeated by the client. */
async function seedCredits(
  operator: GraphClient,
  agents: readonly DemoAgent[],
  agentIds: ReadonlyMap<string, string>,
): Promise<void> {
  for (const batch of batches(agents, WALLETS_A_BATCH)) {
    const credits = batch.flatMap(({ npn, creditCents }) => {
      const agentId = agentIds.get(npn);
      return agentId === undefined ? [] : [{ agentId, amountCents: creditCents }];
    });
    const idempotencyKey = `seed-${digest(credits)}`;
    await operator.request(creditWallets, { input: { credits, reason: 'Opening credit of the demo', idempotencyKey } });
  }
}

function batches<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
