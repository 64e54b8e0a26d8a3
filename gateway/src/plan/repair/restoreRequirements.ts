import type { FetchDataRewrite, FetchNode, PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { type FieldNode, Kind, parse, print, stripIgnoredCharacters, visit } from 'graphql';
import { fetchApart } from './fetchApart.ts';
import { requiredPaths } from './requiredPaths.ts';
import type { SeparatedRequirements } from './separateRequirements.ts';

/**
 * A plan for a supergraph with separated requirements, with the real fields in it. Fetches ask for them under the names of their stand-ins, so that both stand in the data beside each
 * other; representations have them under their own names. Fields of one entity that require different values under the same name are fetched apart.
 */
export function restoreRequirements(plan: QueryPlan['node'], separated: SeparatedRequirements): QueryPlan['node'] {
  if (!plan || separated.standIns.size === 0) return plan;
  return plan.kind === 'Subscription' ? restoredSubscription(plan, separated) : restored(plan, separated);
}

function restoredSubscription(node: SubscriptionNode, separated: SeparatedRequirements): SubscriptionNode {
  const { rest } = node;
  return {
    ...node,
    primary: withRealFields(node.primary, separated),
    ...(rest && { rest: restored(rest, separated) }),
  };
}

function restored(node: PlanNode, separated: SeparatedRequirements): PlanNode {
  const below = <T extends PlanNode | undefined>(each: T) => (each ? restored(each, separated) : each);
  switch (node.kind) {
    case 'Fetch':
      return restoredFetch(node, separated);
    case 'Flatten':
      return { ...node, node: restored(node.node, separated) };
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((each) => restored(each, separated)) };
    case 'Condition':
      return { ...node, ifClause: below(node.ifClause), elseClause: below(node.elseClause) } as PlanNode;
    case 'Defer':
      return {
        ...node,
        primary: { ...node.primary, node: below(node.primary.node) },
        deferred: node.deferred.map((each) => ({ ...each, node: below(each.node) })),
      } as PlanNode;
  }
}

function restoredFetch(fetch: FetchNode, separated: SeparatedRequirements): PlanNode {
  const parts = fetchApart(fetch, separated).map((each) => withRealFields(each, separated));
  const [only] = parts;
  if (only && parts.length === 1) return only;
  if (fetch.id === undefined) return { kind: 'Parallel', nodes: parts };
  // What waits for the fetch waits for all of its parts.
  const nodes = parts.map(({ id, ...part }, index) => (index === parts.length - 1 ? { ...part, id } : part));
  return { kind: 'Sequence', nodes: nodes as FetchNode[] };
}

/** The fetch with the real fields in the place of stand-ins: aliased where they are fetched, renamed in the representations. */
function withRealFields(fetch: FetchNode, { standIns }: SeparatedRequirements): FetchNode {
  const document = parse(fetch.operation, { noLocation: true });
  let some = false;
  const real = visit(document, {
    Field(field): FieldNode | undefined {
      const standIn = standIns.get(field.name.value);
      if (!standIn) return undefined;
      some = true;
      const { name, arguments: given } = standIn;
      return { ...field, alias: field.alias ?? field.name, name: { kind: Kind.NAME, value: name }, arguments: given };
    },
  });
  const renamed = requiredPaths(fetch.requires ?? [], (name) => standIns.has(name)).map((path): FetchDataRewrite => {
    const steps = path.split('.');
    return { kind: 'KeyRenamer', path: steps, renameKeyTo: standIns.get(steps.at(-1) ?? '')?.name ?? '' };
  });
  if (!some && renamed.length === 0) return fetch;
  return {
    ...fetch,
    operation: some ? stripIgnoredCharacters(print(real)) : fetch.operation,
    // The inner ones first: the outer ones change the way to them.
    ...(renamed.length > 0 && { inputRewrites: [...(fetch.inputRewrites ?? []), ...renamed.reverse()] }),
  };
}
