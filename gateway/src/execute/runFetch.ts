import type { CompiledFetch } from '../compile/compileFetch.js';
import { objectsAt } from '../compile/responsePath.js';
import { applyRewrites, isOfType } from '../compile/rewrites.js';
import type { Subtypes } from '../compile/supergraphFacts.js';
import { fetchFailure } from '../subgraph/fetchFailure.js';
import type { FetchResult } from '../subgraph/subgraph.js';
import type { Execution } from './execution.js';
import { reportFailure, reportProblems } from './fetchErrors.js';
import { mergeData } from './mergeData.js';

/**
 * Runs a fetch over an execution's data: finds the objects that it concerns, sends it, merges what came, reports what went wrong. Never rejects for
 * what a subgraph does.
 */
export async function runFetch(fetch: CompiledFetch, execution: Execution): Promise<void> {
  try {
    if (fetch.context) await runWithContext(fetch, execution);
    else if (fetch.represent) await runForEntities(fetch, execution);
    else await runForRoot(fetch, execution);
  } finally {
    if (fetch.node.id !== undefined) execution.fetched(fetch.node.id);
  }
}

async function runForRoot(fetch: CompiledFetch, execution: Execution): Promise<void> {
  const objects =
    fetch.path.length === 0
      ? [execution.data]
      : objectsAt(execution.data, fetch.path, fetch.plan.subtypes, execution.facts.aliased);
  if (objects.length === 0) return;
  const result = await send(fetch, execution, bodyOf(fetch, execution, undefined), { objects: objects.length });
  const data = result.response?.data;
  if (data) {
    if (fetch.node.outputRewrites) applyRewrites(fetch.node.outputRewrites, data, fetch.plan.subtypes);
    if (objects.length > 1) execution.facts.aliased = true;
    for (const object of objects) mergeData(object, data, objects.length > 1 ? fetch.copied : undefined);
  }
  reportProblems(fetch, execution, result, objects, undefined);
}

async function runForEntities(fetch: CompiledFetch, execution: Execution): Promise<void> {
  const objects = objectsAt(execution.data, fetch.path, fetch.plan.subtypes, execution.facts.aliased);
  if (objects.length > 0) await fetchEntities(fetch, execution, objects, undefined);
}

/** Objects with the same values from their surroundings go together: these are variables of the fetch. */
async function runWithContext(fetch: CompiledFetch, execution: Execution): Promise<void> {
  const groups = fetch.context?.(execution.data) ?? [];
  await Promise.all(groups.map(({ objects, variables }) => fetchEntities(fetch, execution, objects, variables)));
}

/** Identical representations are sent once; `indexes` tells for each object which one is its own. */
async function fetchEntities(
  fetch: CompiledFetch,
  execution: Execution,
  objects: readonly object[],
  contextVariables: string | undefined,
): Promise<void> {
  const { represent } = fetch;
  const { plain } = execution.facts;
  const concerned: object[] = [];
  const indexes: number[] = [];
  const known = new Map<string, number>();
  let representations = '';
  for (const object of objects) {
    const representation = represent?.(object, plain);
    if (representation === undefined) continue;
    let index = known.get(representation);
    if (index === undefined) {
      index = known.size;
      known.set(representation, index);
      representations += index === 0 ? representation : `,${representation}`;
    }
    concerned.push(object);
    indexes.push(index);
  }
  if (concerned.length === 0) return;
  const body = bodyOf(fetch, execution, representations, contextVariables);
  const result = await send(fetch, execution, body, { objects: concerned.length, representations: known.size });
  const data = result.response?.data;
  const entities = data?._entities;
  if (Array.isArray(entities) && entities.length === known.size) {
    mergeEntities(fetch, execution, { objects: concerned, indexes }, entities);
  } else if (data && !(entities === null && result.response?.errors)) {
    // Not as many as were asked for: which is whose cannot be known.
    reportFailure(fetch, execution, fetchFailure('invalid', fetch.subgraph.name), concerned);
  }
  reportProblems(fetch, execution, result, concerned, indexes);
}

function mergeEntities(
  fetch: CompiledFetch,
  execution: Execution,
  { objects, indexes }: { objects: readonly object[]; indexes: readonly number[] },
  entities: readonly unknown[],
): void {
  const { outputRewrites } = fetch.node;
  const several = objects.length > entities.length || fetch.repeated;
  if (several) execution.facts.aliased = true;
  const unusable: object[] = [];
  for (let position = 0; position < objects.length; position++) {
    const entity = entities[indexes[position] as number];
    const object = objects[position] as Record<string, unknown>;
    if (entity === null) continue;
    if (!isEntityFor(object, entity, fetch.plan.subtypes)) {
      unusable.push(object);
      continue;
    }
    if (outputRewrites) {
      // An entity without a type has that of its object: not for longer, since objects of several types may share it (@interfaceObject).
      const { __typename: given } = entity;
      entity.__typename = given ?? object.__typename;
      applyRewrites(outputRewrites, entity, fetch.plan.subtypes);
      entity.__typename = given ?? undefined;
    } else if (entity.__typename === null) entity.__typename = undefined;
    mergeData(object, entity, several ? fetch.copied : undefined);
  }
  if (unusable.length > 0) reportFailure(fetch, execution, fetchFailure('invalid', fetch.subgraph.name), unusable);
}

/** Whether a subgraph's value can be the entity that an object stands for: merged, one of another type would take all the others' values with it. */
function isEntityFor(
  { __typename: own }: Record<string, unknown>,
  entity: unknown,
  subtypes: Subtypes,
): entity is Record<string, unknown> {
  if (typeof entity !== 'object' || entity === null || Array.isArray(entity)) return false;
  const { __typename: given } = entity as Record<string, unknown>;
  if (given === own || given === undefined || given === null) return true;
  // One of them may be an interface: @interfaceObject.
  return (
    typeof given === 'string' &&
    typeof own === 'string' &&
    (isOfType(given, own, subtypes) || isOfType(own, given, subtypes))
  );
}

function bodyOf(
  fetch: CompiledFetch,
  execution: Execution,
  representations: string | undefined,
  contextVariables?: string,
): string {
  let variables = representations === undefined ? '' : `,"representations":[${representations}]`;
  for (const name of fetch.node.variableUsages ?? []) {
    const json = execution.jsonOf(name);
    if (json !== undefined) variables += `,${JSON.stringify(name)}:${json}`;
  }
  if (contextVariables) variables += contextVariables;
  return variables === '' ? `${fetch.head}}` : `${fetch.head},"variables":{${variables.slice(1)}}}`;
}

async function send(
  fetch: CompiledFetch,
  execution: Execution,
  body: string,
  sizes: { objects: number; representations?: number },
): Promise<FetchResult> {
  const { subgraph, node, plan } = fetch;
  const { context } = execution;
  const key = fetch.repeated ? `${node.serviceName}\n${body}` : undefined;
  const before = key === undefined ? undefined : execution.repeated.get(key);
  const sent =
    before ??
    subgraph.fetch({ body, mutation: node.operationKind === 'mutation', operationHash: plan.operationHash }, context);
  if (key !== undefined && !before) execution.repeated.set(key, sent);
  const noted = execution.trace?.begin(fetch.id, sizes);
  const result = await sent;
  noted?.(result, before !== undefined);
  if (!result.plain) execution.facts.plain = false;
  const changed = result.response?.changed;
  if (changed && changed.length > 0 && !before) context.changed.push(...changed);
  return result;
}
