import { uuidv7 } from '@leadgraph/kit';
import type { GraphQLAnswer, TestSubgraph } from '@leadgraph/kit/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { acme, clerk, create, frontend, makeSource, operator, rival, startLeads, submission } from './leadsFixture.js';

const REQUESTS = 200;
const started: TestSubgraph[] = [];
afterAll(() => Promise.all(started.map((each) => each.stop())));

const FIELDS = `id status contact { firstName } source { name quality } consent { text } buyers { agent { id } }
  household { id } timeline(first: 5) { edges { node { toStatus } } }`;
const BY_REFERENCE = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Lead { ${FIELDS} } } }`;
const callers = [operator, clerk, frontend, acme, rival];

/** A subgraph with leads, and a way to ask it for some of them by many callers at the same time. */
async function subgraph(shareReads: boolean) {
  const leads = await startLeads({ shareReads, poolSize: 4 });
  started.push(leads);
  const sources = await Promise.all([1, 2, 3].map(() => makeSource(leads)));
  const ids: string[] = [];
  const address = { street: '9 Shared Court', city: 'Chicago', state: 'IL', zip: '60601' };
  for (let index = 0; index < 12; index += 1) {
    ids.push((await create(leads, submission(sources[index % 3] as string, index < 4 ? { address } : {}))).lead.id);
  }
  const { metrics } = leads.running.tools;
  const statements = async () =>
    (await metrics.statements.get()).values.find(({ labels }) => labels.origin === 'request')?.value ?? 0;
  const ask = (index: number): Promise<GraphQLAnswer> => {
    const wanted = [ids[index % 12], ids[(index * 5 + 1) % 12], index % 10 === 0 ? 'no id' : uuidv7()];
    const of = wanted.map((id) => ({ __typename: 'Lead', id }));
    return leads.query(BY_REFERENCE, { of }, callers[index % callers.length]);
  };
  return { ask, statements };
}

describe('many requests at the same time', () => {
  const all = Array.from({ length: REQUESTS }, (_, index) => index);

  /** What the second of two bursts costs: the first one compiles the operation. */
  async function burst({ ask, statements }: Awaited<ReturnType<typeof subgraph>>) {
    await Promise.all(all.map(ask));
    const before = await statements();
    const answers = await Promise.all(all.map(ask));
    return { answers, cost: (await statements()) - before };
  }

  it('cost a fraction of the statements, and each is answered as if it were alone, by its own rights', async () => {
    const shared = await subgraph(true);
    const alone: GraphQLAnswer[] = [];
    for (const index of all.slice(0, 60)) alone.push(await shared.ask(index));
    const { answers, cost } = await burst(shared);
    expect(answers.slice(0, 60)).toEqual(alone);

    const { cost: costApart } = await burst(await subgraph(false));
    expect(costApart).toBeGreaterThan(4 * REQUESTS);
    expect(cost * 5).toBeLessThan(costApart);
  }, 120_000);
});
