import type { FetchNode, PlanNode, SubscriptionNode } from '@apollo/query-planner';
import { OperationTypeNode } from 'graphql';
import { expect, it } from 'vitest';
import { Execution } from '../execute/execution.js';
import { anonymous } from '../identity/identity.js';
import { Cancellation } from '../requestContext.js';
import type { FetchResult } from '../subgraph/fetchResult.js';
import type { Subgraph } from '../subgraph/subgraph.js';
import { bodyOf, type SubgraphRequest } from '../subgraph/subgraphRequest.js';
import { compilePlan } from './compilePlan.js';
import type { ConditionValues } from './conditions.js';

/** Subgraphs that answer by the first name in the operation, and note when they are asked and when they answer. */
function run(
  node: PlanNode | SubscriptionNode,
  answers: Record<string, unknown>,
  conditions: ConditionValues = new Map(),
) {
  const seen: string[] = [];
  const bodies: { query: string; variables?: Record<string, unknown> }[] = [];
  const fetch = async (sent: SubgraphRequest): Promise<FetchResult> => {
    const request = JSON.parse(bodyOf(sent)) as { query: string };
    bodies.push(request);
    const name = Object.keys(answers).find((each) => request.query.includes(each)) ?? '';
    seen.push(`> ${name}`);
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(`< ${name}`);
    const response = { data: answers[name] as Record<string, unknown>, changed: [] };
    return { response, common: false, failure: undefined, plain: true, bytes: 0, shared: false };
  };
  const subgraph = { name: 's', url: '', fetch } as unknown as Subgraph;
  const plan = compilePlan(node, conditions, {
    subtypes: new Map(),
    interfaceObjects: new Set(),
    subgraphs: new Map([['s', subgraph]]),
    operationHash: '',
    clientNames: new Map(),
    eventSources: new Map(),
    selectedAt: () => new Set(),
    fetches: [],
  });
  const execute = async (data: Record<string, unknown> = {}) => {
    const context = { requestId: 'r', identity: anonymous, headers: {}, cancellation: new Cancellation(), changed: [] };
    await plan.run?.(new Execution(data, {}, context, undefined));
    return data;
  };
  return { plan, execute, seen, bodies };
}

const fetch = (operation: string): FetchNode => ({
  kind: 'Fetch',
  serviceName: 's',
  variableUsages: [],
  operation,
  operationName: undefined,
  operationKind: OperationTypeNode.QUERY,
});
const detail: PlanNode = {
  kind: 'Flatten',
  path: ['changed', 'items', '@'],
  node: {
    ...fetch('query($representations:[_Any!]!){_entities(representations:$representations){...on Item{detail}}}'),
    requires: [
      {
        kind: 'InlineFragment',
        typeCondition: 'Item',
        selections: [
          { kind: 'Field', name: '__typename' },
          { kind: 'Field', name: 'id' },
        ],
      },
    ],
  },
};

it('a sequence goes on when the step before has answered, parallel steps go side by side', async () => {
  const answers = { a: { a: 1 }, b: { b: 2 } };
  const nodes = [fetch('{a}'), fetch('{b}')];
  const one = run({ kind: 'Sequence', nodes }, answers);
  expect(await one.execute()).toEqual({ a: 1, b: 2 });
  expect(one.seen).toEqual(['> a', '< a', '> b', '< b']);
  const other = run({ kind: 'Parallel', nodes }, answers);
  expect(await other.execute()).toEqual({ a: 1, b: 2 });
  expect(other.seen).toEqual(['> a', '> b', '< a', '< b']);
});

it('of a condition only the branch that holds is there', async () => {
  const node: PlanNode = { kind: 'Condition', condition: 'yes', ifClause: fetch('{a}'), elseClause: fetch('{b}') };
  const answers = { a: { a: 1 }, b: { b: 2 } };
  expect(await run(node, answers, new Map([['yes', true]])).execute()).toEqual({ a: 1 });
  expect(await run(node, answers, new Map([['yes', false]])).execute()).toEqual({ b: 2 });
});

it('of a subscription, what follows its events runs over the data of each event', async () => {
  const node: SubscriptionNode = {
    kind: 'Subscription',
    primary: { ...fetch('subscription{changed{items{__typename id}}}'), operationKind: OperationTypeNode.SUBSCRIPTION },
    rest: detail,
  };
  const { plan, execute, bodies } = run(node, { detail: { _entities: [{ detail: 'new' }] } });
  expect(plan.subscription?.primary.document.text).toBe('subscription{changed{items{__typename id}}}');
  const item = { __typename: 'Item', id: '7' };
  for (const event of [1, 2]) {
    const data = await execute({ changed: { items: [{ ...item }, { ...item }] } });
    expect(data).toEqual({
      changed: {
        items: [
          { ...item, detail: 'new' },
          { ...item, detail: 'new' },
        ],
      },
    });
    expect(bodies).toHaveLength(event);
    expect(bodies[event - 1]?.variables).toEqual({ representations: [item] });
  }
});
