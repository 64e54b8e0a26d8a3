import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, type GraphQLField, type GraphQLObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RightsRow, readRightsTable } from '../../../schema/rights/rightsTable.ts';
import { PROJECT_ROOT } from '../src/config.ts';
import { followFeed } from '../src/watch/followFeed.ts';
import { exampleOperation } from './rights/exampleValue.ts';
import { fieldProbes, openValues, ownRootProbes, probeOperation } from './rights/rightsProbes.ts';
import { type Answer, autoLead, type Caller, type Scene, setScene } from './rights/rightsScene.ts';
import { startTestPlatform, type TestPlatform } from './startTestPlatform.ts';

const read = (file: string) => readFileSync(join(PROJECT_ROOT, file), 'utf8');
const { columns, rows } = readRightsTable(read('schema/rights.md'));
const schema = buildSchema(read('schema/supergraph.graphql'));
const roots = new Map<string, [operation: string, type: GraphQLObjectType]>(
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    type ? [[type.name, [type.name.toLowerCase(), type]] as const] : [],
  ),
);
const isRoot = ({ coordinate }: RightsRow) => coordinate.includes('.') && roots.has(coordinate.split('.')[0] ?? '');

let test: TestPlatform;
let scene: Scene;
beforeAll(async () => {
  // The table is about everybody's own operations.
  test = await startTestPlatform({ gateway: { PERSISTED_ONLY: '' } });
  scene = await setScene(test.platform);
}, 150_000);
afterAll(() => test?.stop());

/** Who stands for a column of the table: of what is "own", the owner. */
function callerOf({ kind, scopes }: (typeof columns)[number]): Caller {
  return scene.owners[kind] ?? { kind: kind as Caller['kind'], sub: kind === 'ANONYMOUS' ? '' : 'somebody', scopes };
}
const isCut = ({ errors }: Answer) =>
  errors?.some(({ extensions }) => extensions.code === 'UNAUTHORIZED_FIELD_OR_TYPE');

/** What nobody may find whose it is not. */
function secrets(): string[] {
  const { agent, offer, assignment, charge, lead, source, job } = scene.variables;
  return [
    agent,
    offer,
    assignment,
    charge,
    lead,
    source,
    job,
    'scene-auto',
    'buyer@agents',
    '90000101',
    '"cents":777',
  ].flatMap((each) => each ?? []);
}

describe('each root field', () => {
  it.each(rows.filter(isRoot).map((row) => [row.coordinate, row] as const))(
    '%s is cut for whom the table says no, and for nobody else',
    async (coordinate, { cells }) => {
      const [typeName = '', name = ''] = coordinate.split('.');
      const [operation, type] = roots.get(typeName) as [string, GraphQLObjectType];
      const { query, variables } = exampleOperation(
        operation,
        type.getFields()[name] as GraphQLField<unknown, unknown>,
      );
      const ask = operation === 'subscription' ? firstEvent : scene.ask;
      const cut = await Promise.all(
        columns.map(async (column) => isCut(await ask(callerOf(column), query, variables))),
      );
      expect(cut.map((each) => (each ? 'no' : 'not cut'))).toEqual(
        cells.map((cell) => (cell === 'no' ? 'no' : 'not cut')),
      );
    },
  );
});

/** Begins a subscription and ends it: what it was refused with, or nothing. */
async function firstEvent(caller: Caller, query: string, variables: object): Promise<Answer> {
  const authorization = await scene.token(caller);
  const stop = new AbortController();
  const response = await fetch(test.platform.urls.graphql, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(authorization && { authorization: `Bearer ${authorization}` }),
    },
    body: JSON.stringify({
      query: query.replace(/(\{ \w+)(\(?)/, (_, field, open) => `${field}(after: ""${open ? ', ' : ')'}`),
      variables,
    }),
    signal: stop.signal,
  });
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const found = /^data: ?(\{.*\})$/m.exec(text)?.[1] ?? (text.startsWith('{') ? text : undefined);
    if (!found) continue;
    stop.abort();
    return JSON.parse(found) as Answer;
  }
  throw new Error(`no event: ${response.status} ${text}`);
}

describe('each type and field of persons, of money, of what others do', () => {
  const fieldRows = rows.filter((row) => !isRoot(row));

  it('has a probe (else add it to rightsProbes.ts)', () => {
    expect(Object.keys(fieldProbes).sort()).toEqual(fieldRows.map(({ coordinate }) => coordinate).sort());
  });

  it.each(fieldRows.map((row) => [row.coordinate, row] as const))(
    '%s is had as the table says',
    async (coordinate, { cells }) => {
      const probe = fieldProbes[coordinate] ?? '';
      const { query, variables } = probeOperation(probe, scene.variables);
      const open = openValues[coordinate];
      for (const [index, column] of columns.entries()) {
        const cell = cells[index];
        const ask = query.startsWith('subscription') ? firstEvent : scene.ask;
        const answer = await ask(callerOf(column), query, variables);
        const where = `${column.kind} ${column.scopes.join()}: ${JSON.stringify(answer)}`;
        expect(isCut(answer) ?? false, where).toBe(cell === 'no');
        if (open === undefined) continue;
        if (cell === 'yes' || cell === 'own') expect(JSON.stringify(answer.data), where).toContain(open);
        else expect(JSON.stringify(answer), where).not.toContain(open);
        if (cell === 'masked') expect(answer.errors, where).toBeUndefined();
      }
    },
  );

  it.each(fieldRows.filter(({ cells }) => cells.includes('own')).map((row) => [row.coordinate, row] as const))(
    '%s of somebody else is not had',
    async (coordinate, { cells }) => {
      const probe = fieldProbes[coordinate] ?? '';
      const { query, variables } = probeOperation(probe, scene.variables);
      for (const { kind } of columns.filter((_, index) => cells[index] === 'own')) {
        await expectNothing(scene.strangers[kind] as Caller, query, variables, []);
      }
      const throughOffer = probe.replace(/^lead\(id: \$lead\) (.*)$/, 'offer(id: $bystanderOffer) { lead $1 }');
      if (throughOffer === probe || cells[columns.findIndex(({ kind }) => kind === 'AGENT')] !== 'own') return;
      const seen = probeOperation(throughOffer, scene.variables);
      const { lead: _, ...answer } = await expectNothing(scene.bystander, seen.query, seen.variables, [
        'lead',
        'scene-auto',
      ]);
      expect(answer.errors).toBeUndefined();
    },
  );
});

/** Asks for what is somebody else's: nothing of it may be in the answer's data, but for what `known` names. */
async function expectNothing(caller: Caller, query: string, variables: object, known: readonly string[]) {
  const answer = await scene.ask(caller, query, variables);
  expect(isCut(answer) ?? false, JSON.stringify(answer)).toBe(false);
  const data = JSON.stringify(answer.data ?? null);
  const knownValues = known.map((name) => scene.variables[name] ?? name);
  for (const secret of [...secrets(), ...Object.values(openValues)])
    if (!knownValues.includes(secret)) expect(data, `${caller.kind} ${query}`).not.toContain(secret);
  return { ...answer, lead: undefined };
}

describe('each root field that is "own" to a kind', () => {
  const own = rows.filter((row) => isRoot(row) && row.cells.includes('own'));
  const asked = own.filter(({ coordinate }) => !coordinate.startsWith('Subscription.'));

  it('has a probe (else add it to rightsProbes.ts)', () => {
    expect(Object.keys(ownRootProbes).sort()).toEqual(asked.map(({ coordinate }) => coordinate).sort());
  });

  it.each(asked.map((row) => [row.coordinate, row] as const))(
    '%s gives nothing of somebody else',
    async (coordinate, { cells }) => {
      const { query, variables } = probeOperation(ownRootProbes[coordinate] ?? '', scene.variables);
      for (const { kind } of columns.filter((_, index) => cells[index] === 'own')) {
        const others = kind === 'AGENT' ? [scene.strangers[kind], scene.bystander] : [scene.strangers[kind]];
        for (const caller of others) {
          const { errors } = await expectNothing(
            caller as Caller,
            query,
            variables,
            caller === scene.bystander ? ['lead'] : [],
          );
          for (const { extensions } of errors ?? []) expect(extensions.code).toMatch(/NOT_FOUND$|^FORBIDDEN$/);
          if (query.startsWith('mutation')) expect(errors).toHaveLength(1);
        }
      }
    },
  );

  it('nothing of the reader of phone numbers for whoever may not see contacts', async () => {
    for (const filter of ['phone: "+15125550147"', 'email: "josephine.quimby@example.com"']) {
      const query = `{ leads(filter: { ${filter} }) { edges { node { id } } } }`;
      for (const column of columns) {
        const { data, errors } = await scene.ask(callerOf(column), query);
        if (column.scopes.length > 0) expect(data.leads.edges).toHaveLength(1);
        else expect(errors?.[0]?.extensions.code).toMatch(/FORBIDDEN|UNAUTHORIZED_FIELD_OR_TYPE/);
      }
    }
  });
});

describe('introspection', () => {
  it('hides what the caller may not have', async () => {
    const query = '{ __schema { types { name fields(includeDeprecated: true) { name } } } }';
    for (const [index, column] of columns.entries()) {
      const { data } = await scene.ask(callerOf(column), query);
      const shown = new Set<string>();
      for (const { name, fields } of data.__schema.types as { name: string; fields: { name: string }[] | null }[]) {
        shown.add(name);
        for (const field of fields ?? []) shown.add(`${name}.${field.name}`);
      }
      const ofColumn = rows.map((row) => ({ ...row, cell: row.cells[index] }));
      expect(ofColumn.filter(({ coordinate, cell }) => cell === 'no' && shown.has(coordinate))).toEqual([]);
      expect(ofColumn.filter((row) => isRoot(row) && row.cell !== 'no' && !shown.has(row.coordinate))).toEqual([]);
    }
  });
});

interface Manifest {
  readonly operations: readonly {
    readonly id: string;
    readonly name: string;
    readonly type: string;
    readonly body: string;
  }[];
}
const manifestOf = (client: string) => JSON.parse(read(`schema/operations/${client}/manifest.json`)) as Manifest;

describe('a partner', () => {
  const operations = new Map(manifestOf('partner').operations.map((each) => [each.name, each]));
  const run = (name: string, variables: object = {}, caller = scene.owners.PARTNER as Caller) =>
    scene.ask(caller, { documentId: operations.get(name)?.id ?? '' }, variables);
  const stranger = () => scene.strangers.PARTNER as Caller;
  const tried = new Set<string>();
  const ok = async (name: string, variables: object = {}) => {
    tried.add(name);
    const { data, errors } = await run(name, variables);
    expect(errors, name).toBeUndefined();
    return data;
  };
  const expectRefused = async (name: string, variables: object) => {
    const { data, errors } = await run(name, variables, stranger());
    expect(
      errors?.map(({ extensions }) => extensions.code),
      name,
    ).toEqual(['NOT_FOUND']);
    expect(Object.values(data ?? {}).filter((each) => each !== null)).toEqual([]);
  };

  it('asks how the services are', async () => {
    expect((await ok('Health')).health.leads.status).toBe('OK');
  });

  it('finds its own sources, and another its own', async () => {
    const { sources } = await ok('Sources');
    expect(sources.edges).toMatchObject([{ node: { id: scene.variables.source, pricing: { cents: 777 } } }]);
    const others = (await run('Sources', {}, stranger())).data.sources.edges;
    expect(others).toMatchObject([{ node: { name: 'Bluebird of the scene' } }]);
  });

  it('submits a lead for its own source; for another’s there is none', async () => {
    const input = {
      ...autoLead,
      sourceId: scene.variables.source,
      externalId: 'submitted',
      idempotencyKey: 'submitted',
    };
    await expectRefused('SubmitLead', input);
    const { createLead } = await ok('SubmitLead', input);
    expect(createLead).toMatchObject({ replayed: false, lead: { source: { id: scene.variables.source } } });
    expect((await ok('SubmitLead', input)).createLead.replayed).toBe(true);
  });

  it('reads its leads, one and all, and another none of them', async () => {
    const { lead: id } = scene.variables;
    expect((await ok('Lead', { id })).lead).toMatchObject({ id, status: 'SOLD', externalId: 'scene-auto' });
    const { leads } = await ok('Leads', { line: ['AUTO'], status: ['SOLD'] });
    expect(leads.edges.map(({ node }: { node: { id: string } }) => node.id)).toContain(id);
    await expectRefused('Lead', { id });
    expect((await run('Leads', {}, stranger())).data.leads.edges).toEqual([]);
  });

  it('has a lead of its own priced and qualified, and another not', async () => {
    const { lead } = scene.variables;
    const quote = { leadId: lead, mode: 'SHARED', idempotencyKey: 'partner-quote' };
    await expectRefused('QuoteLead', quote);
    const { quoteLead } = await ok('QuoteLead', quote);
    expect(quoteLead.breakdown.length).toBeGreaterThan(0);
    expect((await ok('QuoteLead', quote)).quoteLead.id).toBe(quoteLead.id);
    await expectRefused('QualifyLead', { id: lead });
    const { qualifyLead } = await ok('QualifyLead', { id: lead, wait: true });
    expect(qualifyLead).toMatchObject({ leadId: lead, status: 'COMPLETED', qualification: { decision: 'QUALIFIED' } });
  });

  it('hears what happens to its lead until it revokes the consent, as its buyer does; others hear nothing', async () => {
    const { lead } = scene.variables;
    const { AGENT: buyer, PARTNER: acme } = scene.owners as { AGENT: Caller; PARTNER: Caller };
    const bluebird = stranger();
    const changed = operations.get('LeadChanged')?.body ?? '';
    const job = 'subscription ($id: ID!, $after: String) { qualification(leadId: $id, after: $after) { kind } }';
    const wallets = 'subscription ($after: String) { wallet(after: $after) { kind } }';
    const offers = 'subscription ($after: String) { offers(after: $after) { kind } }';
    const agentChanged =
      'subscription ($id: ID!, $after: String) { leadChanged(id: $id, after: $after) { kind change { toStatus } } }';
    const heard = await listen([
      [acme, changed, { id: lead }],
      [buyer, agentChanged, { id: lead }],
      [acme, job, { id: lead }],
      [bluebird, changed, { id: lead }],
      [bluebird, job, { id: lead }],
      [scene.bystander, agentChanged, { id: lead }],
      [scene.strangers.AGENT as Caller, agentChanged, { id: lead }],
      [scene.strangers.AGENT as Caller, offers, {}],
      [scene.strangers.AGENT as Caller, wallets, {}],
      [scene.bystander, offers, {}],
    ]);
    await ok('QualifyLead', { id: lead, wait: true });
    await expectRefused('RevokeConsent', { id: lead, reason: 'asked for it' });
    expect((await ok('RevokeConsent', { id: lead, reason: 'asked for it' })).revokeConsent.status).toBe('WITHDRAWN');
    await vi.waitFor(
      () => {
        expect(heard.kinds[0]).toContain('WITHDRAWN');
        expect(heard.kinds[1]).toContain('WITHDRAWN');
        expect(heard.kinds[2]).toContain('COMPLETED');
        expect(heard.kinds[9]).toContain('WITHDRAWN');
      },
      { timeout: 15_000, interval: 100 },
    );
    tried.add('LeadChanged');
    expect(heard.kinds.slice(3, 9)).toEqual(Array.from({ length: 6 }, () => []));
    expect(heard.faults).toEqual([]);
    heard.stop();
  });

  it('has run every operation that it was promised', () => {
    expect([...tried].sort()).toEqual([...operations.keys()].sort());
  });
});

/** Subscribes each caller; resolves when all have begun. */
async function listen(subscriptions: readonly [caller: Caller, query: string, variables: object][]) {
  const ending = new AbortController();
  const kinds: string[][] = subscriptions.map(() => []);
  const faults: unknown[] = [];
  await Promise.all(
    subscriptions.map(([caller, query, variables], index) => {
      const begun = Promise.withResolvers<void>();
      followFeed({
        url: test.platform.urls.graphql.replace('http', 'ws'),
        token: async () => (await scene.token(caller)) ?? '',
        payload: { query, variables: { ...variables, after: '' } },
        onResult({ data, errors }) {
          if (errors) faults.push(caller, ...errors);
          const [event] = Object.values(data ?? {}) as ({ kind: string } | null)[];
          if (event?.kind === 'START') begun.resolve();
          else if (event) kinds[index]?.push(event.kind);
        },
        signal: ending.signal,
      }).catch(begun.reject);
      return begun.promise;
    }),
  );
  return { kinds, faults, stop: () => ending.abort() };
}

describe('the budgets of the local stack', () => {
  const clients: readonly [client: string, kind: Caller['kind']][] = [
    ['partner', 'PARTNER'],
    ['agent-desk', 'AGENT'],
    ['operator', 'OPERATOR'],
  ];
  const cost = { 'graphql-cost': 'true' };
  const nothing = '0199aaaa-0000-7000-8000-0000000000ff';

  it.each(clients)('let the operations of %s pass with room, the largest page included', async (client, kind) => {
    for (const { name, type, body } of manifestOf(client).operations) {
      if (type === 'subscription') continue;
      const caller = scene.owners[kind] ?? { kind, sub: 'ops' };
      const variables = {
        ...(body.includes('$first') && { first: 100 }),
        ...Object.fromEntries([...body.matchAll(/\$(\w+): ID!/g)].map(([, id = '']) => [id, nothing])),
        ...requiredOf[name],
      };
      const { extensions, errors } = await scene.ask(caller, body, variables, cost);
      expect(extensions?.cost.estimated, `${name} ${JSON.stringify(errors)}`).toBeLessThanOrEqual(
        extensions.cost.budget / 2,
      );
    }
  });

  /** Of the operations that take more than ids and pages. */
  const requiredOf: Readonly<Record<string, object>> = {
    SubmitLead: { ...autoLead, sourceId: nothing },
    QuoteLead: { mode: 'SHARED', idempotencyKey: 'costs' },
    RevokeConsent: { reason: 'x' },
    SetAvailability: { availability: 'AVAILABLE' },
    UpdateAssignment: { status: 'CONTACTED' },
    ReviewLead: { decision: 'QUALIFIED', reason: 'x' },
    CreditWallet: { input: { agentId: nothing, amountCents: 1, reason: 'x', idempotencyKey: 'costs' } },
  };

  it('let the README’s tour pass with room', async () => {
    const queries = [...read('README.md').matchAll(/"query": "(\{[^"]+)"/g)].map(([, query = '']) => query);
    expect(queries.length).toBeGreaterThan(6);
    for (const query of queries) {
      const { extensions } = await scene.ask({ kind: 'OPERATOR', sub: 'ops' }, query.replace('@defer', ''), {}, cost);
      expect(extensions?.cost.estimated, query).toBeLessThanOrEqual(extensions.cost.budget / 2);
    }
  });

  it('refuse what asks for lists in lists in lists', async () => {
    const greedy = '{ leads(first: 100) { edges { node { offers { agent { offers { id } } } } } } }';
    for (const { kind } of columns) {
      const caller = callerOf({ kind, scopes: [] });
      const { errors } = await scene.ask(caller, greedy);
      const code = errors?.[0]?.extensions.code;
      expect(code).toBe('COST_ESTIMATED_TOO_EXPENSIVE');
    }
  });
});
