import { vi } from 'vitest';
import type { DemoAgent, DemoMarket } from '../../src/demo/demoAgents.ts';
import { seed } from '../../src/demo/seed.ts';
import { createGraphClient } from '../../src/graph/graphClient.ts';
import type { TokenKind } from '../../src/issueToken.ts';
import type { Platform } from '../../src/platform.ts';

export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: a test states what it expects of the data
  readonly data?: any;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
  // biome-ignore lint/suspicious/noExplicitAny: a test states what it expects of them
  readonly extensions?: any;
}

/** Who asks; ANONYMOUS sends no token. */
export interface Caller {
  readonly kind: TokenKind | 'ANONYMOUS';
  readonly sub: string;
  readonly scopes?: readonly string[];
}

/** Two leads of one partner, each sold to one agent while another was offered the first of them, too. */
export interface Scene {
  /** What probes name: ids of the first lead's partner and buyer, and of what is theirs. */
  readonly variables: Readonly<Record<string, string>>;
  readonly owners: Readonly<Record<string, Caller>>;
  /** An agent without any offer and another partner. */
  readonly strangers: Readonly<Record<string, Caller>>;
  /** An agent that has an offer for the lead and did not take it. */
  readonly bystander: Caller;
  /** Sends an operation's text, or a persisted operation's id. */
  ask(
    caller: Caller,
    operation: string | { readonly documentId: string },
    variables?: object,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  token(caller: Caller): Promise<string | undefined>;
}

export const person = {
  firstName: 'Josephine',
  lastName: 'Quimby',
  email: 'josephine.quimby@example.com',
  phone: '+15125550147',
  dateOfBirth: '1985-04-12',
} as const;
export const personal = {
  street: '77 Elm Terrace',
  vin: '1M8GDM9AXKP042788',
  query: '?campaign=josephine',
  businessName: 'Quimby Bakery LLC',
  ip: '198.51.100.7',
  userAgent: 'Mozilla/5.0 (TestBrowser)',
} as const;

const agent = (npn: string, name: string, change: Partial<DemoAgent>): DemoAgent => ({
  npn,
  name,
  email: `${name.toLowerCase()}@agents.example.com`,
  phone: `+1512555${npn.slice(-4)}`,
  agency: 'Scene Agency',
  carriers: [],
  timeZone: 'America/Chicago',
  creditCents: 500_000,
  licenses: (['PERSONAL_LINES', 'PROPERTY', 'CASUALTY'] as const).map((lineOfAuthority) => ({
    lineOfAuthority,
    states: ['TX'],
    effective: '2020-01-01',
    expires: '2099-12-31',
  })),
  campaigns: [],
  ...change,
});
const campaign = (line: 'AUTO' | 'COMMERCIAL', autoAccept: boolean): DemoAgent['campaigns'][number] => ({
  name: `${line} in Texas`,
  line,
  states: ['TX'],
  zips: [],
  filters: [],
  minScore: 0,
  mode: 'SHARED',
  bidCents: 50_000,
  priority: 0,
  weight: 1,
  caps: [],
  schedule: [],
  autoAccept,
});

export const market: DemoMarket = {
  sources: [
    { partner: 'acme', name: 'Acme of the scene', pricing: { type: 'FIXED', cents: 777 }, dailyCap: null },
    { partner: 'bluebird', name: 'Bluebird of the scene', pricing: { type: 'FIXED', cents: 500 }, dailyCap: null },
  ],
  agencies: [{ legalName: 'Scene Agency' }],
  pools: [],
  agents: [
    agent('90000101', 'Buyer', { campaigns: [campaign('AUTO', true), campaign('COMMERCIAL', true)] }),
    agent('90000102', 'Bystander', { campaigns: [campaign('AUTO', false)] }),
    agent('90000103', 'Stranger', {}),
  ],
};

const consent = {
  text: 'I agree to be called about insurance.',
  pageUrl: `https://quotes.example.com/start${personal.query}`,
  ip: personal.ip,
  userAgent: personal.userAgent,
  givenAt: '2026-11-01T10:00:00.000Z',
  channels: ['PHONE', 'EMAIL'],
  scope: 'PARTNER_LIST',
  certificateType: 'INTERNAL',
  certificateRef: 'scene-1',
};
/** Without a source. */
export const autoLead = {
  externalId: 'scene-auto',
  line: 'AUTO',
  isTest: true,
  contact: person,
  address: { street: personal.street, city: 'Austin', state: 'TX', zip: '78701' },
  details: {
    auto: {
      drivers: [{ age: 40, yearsLicensed: 20, licenseStatus: 'VALID' }],
      vehicles: [{ vin: personal.vin, year: 2020, make: 'Honda', model: 'Civic', annualMileage: 9_000 }],
      monthsInsured: 24,
      expiresOn: '2099-12-01',
      incidents: 0,
    },
  },
  notes: `${person.firstName} wants two cars insured`,
  consent,
} as const;
const commercialLead = {
  ...autoLead,
  externalId: 'scene-commercial',
  line: 'COMMERCIAL',
  contact: { ...person, email: 'other@example.com', phone: '+15125550148' },
  details: {
    commercial: {
      businessName: personal.businessName,
      industry: 'Bakery',
      employees: 4,
      annualRevenueCents: 50_000_000,
      yearsInBusiness: 9,
      coverages: ['GENERAL_LIABILITY'],
      expiresOn: '2099-12-01',
      description: `${personal.businessName} needs cover`,
    },
  },
} as const;

/** Sets the scene on a running platform: about ten seconds. */
export async function setScene(platform: Platform): Promise<Scene> {
  const tokens = new Map<string, Promise<string>>();
  const token = async (caller: Caller) => {
    const { kind, sub, scopes = [] } = caller;
    if (kind === 'ANONYMOUS') return undefined;
    const key = JSON.stringify(caller);
    const made = tokens.get(key) ?? platform.issueToken({ kind, sub }, { scopes });
    tokens.set(key, made);
    return made;
  };
  const ask: Scene['ask'] = async (caller, operation, variables = {}, headers = {}) => {
    const authorization = await token(caller);
    const response = await fetch(platform.urls.graphql, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(authorization && { authorization: `Bearer ${authorization}` }),
        ...headers,
      },
      body: JSON.stringify({ ...(typeof operation === 'string' ? { query: operation } : operation), variables }),
    });
    return (await response.json()) as Answer;
  };
  const operator: Caller = { kind: 'OPERATOR', sub: 'ops' };
  const acme: Caller = { kind: 'PARTNER', sub: 'acme' };
  const operatorToken = (await token(operator)) ?? '';
  await seed({ graphqlUrl: platform.urls.graphql, operatorToken, market });
  const client = createGraphClient({ graphqlUrl: platform.urls.graphql, token: operatorToken });

  const agents = new Map(
    (
      await client.request<{ agents: { edges: { node: { id: string; name: string } }[] } }>(
        '{ agents(first: 100) { edges { node { id name } } } }',
      )
    ).agents.edges.map(({ node }) => [node.name, node.id]),
  );
  const [buyer = '', bystander = '', stranger = ''] = market.agents.map(({ name }) => agents.get(name));
  const { sources } = (await ask(acme, '{ sources { edges { node { id } } } }')).data;
  const source: string = sources.edges[0].node.id;
  const submit = async (lead: object): Promise<string> => {
    const { data } = await ask(
      acme,
      'mutation ($input: CreateLeadInput!) { createLead(input: $input) { lead { id status } problems { code field } } }',
      { input: { ...lead, sourceId: source, idempotencyKey: `scene-${JSON.stringify(lead).length}` } },
    );
    if (data.createLead.problems.length > 0) throw new Error(JSON.stringify(data.createLead.problems));
    return data.createLead.lead.id;
  };
  const [lead, commercial] = [await submit(autoLead), await submit(commercialLead)];

  const found = await vi.waitFor(
    async () => {
      const { data, errors } = await ask(
        operator,
        `query ($lead: ID!, $commercial: ID!) {
          lead(id: $lead) { soldCount offers { id agent { id } campaign { id } status settlement assignment { id } charge { id } } quotes { id } }
          commercial: lead(id: $commercial) { soldCount }
        }`,
        { lead, commercial },
      );
      if (errors) throw new Error(JSON.stringify(errors));
      type Offer = Record<'agent' | 'campaign' | 'assignment' | 'charge', { id: string } | null> & {
        id: string;
        settlement: string;
      };
      const offers: Offer[] = data.lead.offers;
      const sold = offers.find(({ agent }) => agent?.id === buyer);
      const open = offers.find(({ agent }) => agent?.id === bystander);
      if (!sold?.assignment || !sold.charge || !open || data.commercial.soldCount < 1)
        throw new Error(`not yet: ${JSON.stringify(data)}`);
      return { sold, open, quote: data.lead.quotes[0].id as string };
    },
    { timeout: 30_000, interval: 200 },
  );
  const { data: qualified } = await ask(
    acme,
    'mutation ($lead: ID!) { qualifyLead(input: { leadId: $lead, wait: true }) { id } }',
    { lead },
  );
  return {
    variables: {
      lead,
      commercial,
      source,
      agent: buyer,
      offer: found.sold.id,
      campaign: found.sold.campaign?.id ?? '',
      assignment: found.sold.assignment?.id ?? '',
      charge: found.sold.charge?.id ?? '',
      quote: found.quote,
      job: qualified.qualifyLead.id,
      // of an entry that there is not
      entry: '0199aaaa-0000-7000-8000-0000000000ff',
      bystanderOffer: found.open.id,
    },
    owners: { AGENT: { kind: 'AGENT', sub: buyer }, PARTNER: acme },
    strangers: { AGENT: { kind: 'AGENT', sub: stranger }, PARTNER: { kind: 'PARTNER', sub: 'bluebird' } },
    bystander: { kind: 'AGENT', sub: bystander },
    ask,
    token,
  };
}
