import { randomBytes } from 'node:crypto';
import { type Clock, createDataSource, type Identity } from '@leadgraph/kit';
import { startTestSubgraph, type TestSubgraph } from '@leadgraph/kit/testing';
import { defaultLimits, type LeadLimits } from '../src/config.js';
import { type MasterKeys, readMasterKeys } from '../src/privacy/masterKeys.js';
import { buildLeadsSchema } from '../src/schema.js';
import { leadsStore } from '../src/store/leadsStore.js';
import { wireLeads } from '../src/wire.js';

export const operator: Identity = { kind: 'OPERATOR', sub: 'ops', scopes: ['contacts:read'] };
export const clerk: Identity = { kind: 'OPERATOR', sub: 'clerk', scopes: [] };
export const frontend: Identity = { kind: 'FRONTEND', sub: 'web', scopes: [] };
export const acme: Identity = { kind: 'PARTNER', sub: 'acme', scopes: [] };
export const rival: Identity = { kind: 'PARTNER', sub: 'rival', scopes: [] };
export const agent = (sub: string): Identity => ({ kind: 'AGENT', sub, scopes: [] });

/** Starts the whole subgraph without NATS; `deliver` and `outbox` stand for it. */
export async function startLeads(
  options: {
    clock?: Clock;
    limits?: Partial<LeadLimits>;
    masterKeys?: MasterKeys;
    sweepEveryMs?: number;
    withNats?: boolean;
    poolSize?: number;
    shareReads?: boolean;
    replicaUrl?: string;
  } = {},
): Promise<TestSubgraph> {
  const masterKeys = options.masterKeys ?? readMasterKeys(randomBytes(32).toString('base64'));
  return startTestSubgraph({
    name: 'leads',
    schema: await buildLeadsSchema(),
    store: leadsStore,
    createDataSource: (url, { metrics }) =>
      createDataSource({
        ...leadsStore,
        url,
        name: 'leads',
        poolSize: options.poolSize ?? 6,
        acquireTimeoutMs: 10_000,
        metrics,
      }),
    wire: (tools) =>
      wireLeads(tools, {
        masterKeys,
        limits: { ...defaultLimits, ...options.limits },
        sweepEveryMs: options.sweepEveryMs ?? 3_600_000,
      }),
    config: { shareReads: options.shareReads ?? true },
    replicaUrl: options.replicaUrl,
    ...(options.clock && { clock: options.clock }),
    ...(options.withNats && { withNats: true }),
  });
}

/** Makes a source of the partner `acme` and answers its id. */
export async function makeSource(leads: TestSubgraph, input: Record<string, unknown> = {}): Promise<string> {
  const { data, errors } = await leads.query(
    'mutation ($input: CreateSourceInput!) { createSource(input: $input) { id } }',
    {
      input: {
        name: `source ${randomBytes(6).toString('hex')}`,
        partner: 'acme',
        pricing: { type: 'FIXED', cents: 500 },
        ...input,
      },
    },
    operator,
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.createSource.id;
}

let made = 0;

/** A submission that passes validation, of another person each time. */
export function submission(sourceId: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  made += 1;
  return {
    sourceId,
    line: 'AUTO',
    contact: {
      firstName: 'Jane',
      lastName: 'Doe',
      email: `jane.doe.${made}@mail.example.com`,
      phone: phoneNumber(made),
      dateOfBirth: '1985-04-12',
    },
    address: { street: `${made} Wacker Drive`, city: 'Chicago', state: 'IL', zip: '60601' },
    details: { auto: { vehicles: [{ year: 2020, vin: '1M8GDM9AXKP042788' }], drivers: [{ age: 40 }] } },
    consent: consent(),
    isTest: false,
    ...changes,
  };
}

/** Consent that is good for any line but MEDICARE. */
export function consent(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    text: 'I agree to be called about insurance.',
    pageUrl: 'https://quotes.example.com/start?email=jane',
    ip: '198.51.100.7',
    userAgent: 'Mozilla/5.0 (TestBrowser)',
    givenAt: new Date(Date.now() - 60_000).toISOString(),
    channels: ['PHONE', 'SMS', 'EMAIL'],
    scope: 'PARTNER_LIST',
    certificateType: 'TRUSTEDFORM',
    certificateRef: 'https://cert.trustedform.com/0123456789abcdef0123456789abcdef01234567',
    ...changes,
  };
}

/** A valid number of Chicago that is no fictional one. */
export function phoneNumber(index: number): string {
  return `+1312${String(2_340_000 + index)}`;
}

export const CREATE = `mutation ($input: CreateLeadInput!) {
  createLead(input: $input) {
    replayed
    problems { code field message }
    duplicateOf { id }
    lead { id status version }
  }
}`;

/** Submits and answers the payload; throws when it is an error. */
export async function create(
  leads: TestSubgraph,
  input: Record<string, unknown>,
  identity: Identity = acme,
  // biome-ignore lint/suspicious/noExplicitAny: a test states what it expects of the answer
): Promise<any> {
  const { data, errors } = await leads.query(CREATE, { input }, identity);
  if (errors) throw new Error(JSON.stringify(errors));
  return data.createLead;
}
