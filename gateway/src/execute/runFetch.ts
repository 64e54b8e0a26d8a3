import type { Tag } from '../cache/cacheStore.js';
import type { CachedRequest } from '../cache/entityCache.js';
import type { CompiledFetch } from '../compile/compileFetch.js';
import type { Representations } from '../compile/compileRepresentations.js';
import type { FetchCaching } from '../compile/fetchCaching.js';
import { applyRewrites, isOfType } from '../compile/rewrites.js';
import type { Subtypes } from '../compile/supergraphFacts.js';
import { collectDisclosed } from '../requestContext.js';
import { fetchFailure } from '../subgraph/fetchFailure.js';
import type { FetchResult } from '../subgraph/fetchResult.js';
import { bodyOf, type SubgraphRequest } from '../subgraph/subgraphRequest.js';
import type { Execution } from './execution.js';
import { reportFailure, reportProblems } from './fetchErrors.js';
import { copy, copyAlong, mergeData } from './mergeData.js';
import { unifyObjects } from './unifyObjects.js';

// Promises are chained by hand here: with an async function a layer, a request of one small fetch took a tenth more time.

const done = Promise.resolve();

/**
 * Runs a fetch over an execution's data: finds the objects that it concerns, sends it, merges what came, reports what went wrong. Never rejects for
 * what a subgraph does.
 */
export function runFetch(fetch: CompiledFetch, execution: Execution): Promise<void> {
  const run = fetch.context ? runWithContext : fetch.represent ? runForEntities : runForRoot;
  const { id } = fetch.node;
  if (id === undefined) return run(fetch, execution);
  return run(fetch, execution).finally(() => execution.fetched(id));
}

function runForRoot(fetch: CompiledFetch, execution: Execution): Promise<void> {
  const objects = execution.objectsAt(fetch.route, fetch.plan.subtypes);
  if (objects.length === 0) return done;
  const request = requestOf(fetch, execution, undefined, '');
  const tags = () => [fetch.caching?.rootTags(execution.variables)];
  return send(fetch, execution, request, { objects: objects.length, tags }, (result) =>
    takeRoot(fetch, execution, objects, result),
  );
}

/** Merges what a fetch without representations brought into the objects that it is for, and reports what went wrong. */
export function takeRoot(
  fetch: CompiledFetch,
  execution: Execution,
  objects: readonly object[],
  result: FetchResult,
): void {
  const data = dataOf(fetch, result);
  if (data) {
    if (fetch.node.outputRewrites) applyRewrites(fetch.node.outputRewrites, data, fetch.plan.subtypes);
    const several = objects.length > 1 || fetch.repeated;
    if (several) execution.facts.aliased = true;
    for (const object of objects) mergeData(object, data, several ? fetch.copied : undefined);
  }
  reportProblems(fetch, execution, result, objects, undefined);
}

function runForEntities(fetch: CompiledFetch, execution: Execution): Promise<void> {
  const objects = execution.objectsAt(fetch.route, fetch.plan.subtypes);
  return objects.length === 0 ? done : fetchEntities(fetch, execution, objects, '');
}

/** Objects with the same values from their surroundings go together: these are variables of the fetch. */
async function runWithContext(fetch: CompiledFetch, execution: Execution): Promise<void> {
  const groups = fetch.context?.(execution.data) ?? [];
  await Promise.all(groups.map(({ objects, variables }) => fetchEntities(fetch, execution, objects, variables)));
}

function fetchEntities(
  fetch: CompiledFetch,
  execution: Execution,
  all: readonly object[],
  contextVariables: string,
): Promise<void> {
  const found = representationsOf(fetch, execution, all);
  if (!found || found.texts.length === 0) return done;
  const { objects, indexes, texts } = unifyObjects(fetch, execution, found);
  const request = requestOf(fetch, execution, texts, contextVariables);
  const tags = () => entityTags(fetch.caching, objects, indexes);
  return send(fetch, execution, request, { objects: found.objects.length, tags }, (result) => {
    const data = dataOf(fetch, result);
    const entities = data?._entities;
    if (Array.isArray(entities) && entities.length === texts.length) {
      mergeEntities(fetch, execution, { objects, indexes }, entities);
    } else if (data && !(entities === null && result.response?.errors)) {
      // Not as many as were asked for: which is whose cannot be known.
      reportFailure(fetch, execution, fetchFailure('invalid', fetch.subgraph.name), objects);
    }
    reportProblems(fetch, execution, result, objects, indexes);
  });
}

/** The data that a fetch has brought, for this execution to change. */
function dataOf(fetch: CompiledFetch, { response, common }: FetchResult): Record<string, unknown> | null | undefined {
  const data = response?.data;
  if (!data || !common) return data;
  if (fetch.node.outputRewrites) return copy(data);
  if (fetch.changed.size === 0) return data;
  return fetch.represent ? { _entities: copyAlong(data._entities, fetch.changed) } : copyAlong(data, fetch.changed);
}

/** Undefined where there are none; that some cannot be written has been reported. */
function representationsOf(
  fetch: CompiledFetch,
  execution: Execution,
  objects: readonly object[],
): Representations | undefined {
  try {
    return fetch.represent?.(objects, execution.facts.plain);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = `A value by which the subgraph "${fetch.subgraph.name}" knows its entities is nested too deeply.`;
    reportFailure(fetch, execution, { code: 'SUBGRAPH_INVALID_VALUE', message }, objects);
    return undefined;
  }
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
    const { __typename: own } = object;
    mergeData(object, entity, several ? fetch.copied : undefined);
    // To a subgraph with @interfaceObject the object is one of the interface's; here more may be known.
    if (own !== undefined && fetch.plan.interfaceObjects.has(String(entity.__typename))) object.__typename = own;
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

/** `variables`: JSON members, each with a comma before it. */
function requestOf(
  { node, plan, head }: CompiledFetch,
  execution: Execution,
  representations: readonly string[] | undefined,
  variables: string,
): SubgraphRequest {
  let members = variables;
  for (const name of node.variableUsages ?? []) {
    const json = execution.jsonOf(name);
    if (json !== undefined) members += `,${JSON.stringify(name)}:${json}`;
  }
  const mutation = node.operationKind === 'mutation';
  return { head, representations, variables: members, mutation, operationHash: plan.operationHash };
}

/** What the answer for each representation depends on, by the first object that stands for it. */
function entityTags(
  caching: FetchCaching | undefined,
  objects: readonly object[],
  indexes: readonly number[],
): CachedRequest['tags'] {
  const tags: (Tag[] | undefined)[] = [];
  for (const [position, index] of indexes.entries()) {
    if (index in tags) continue;
    const tag = caching?.entityTagOf(objects[position] as object);
    tags[index] = tag === undefined ? undefined : [tag];
  }
  return tags;
}

function send(
  fetch: CompiledFetch,
  execution: Execution,
  request: SubgraphRequest,
  /** How many objects it concerns, and what the answer depends on. */
  { objects, tags }: { objects: number; tags: () => CachedRequest['tags'] },
  take: (result: FetchResult) => void,
): Promise<void> {
  const { subgraph, caching } = fetch;
  const { cache } = fetch.plan;
  const { context } = execution;
  const key = fetch.repeated ? `${subgraph.name}\n${bodyOf(request)}` : undefined;
  const before = key === undefined ? undefined : execution.repeated?.get(key);
  const sent =
    before ??
    (cache
      ? cache.fetch(
          subgraph,
          { ...request, caching, tags: caching && cache.isOn(subgraph.name) ? tags() : [] },
          context,
        )
      : subgraph.fetch(request, context));
  if (key !== undefined && !before) {
    execution.repeated ??= new Map();
    execution.repeated.set(key, sent);
  }
  const noted = execution.trace?.begin(fetch.id, objects, request.representations?.length);
  execution.sent(fetch.place);
  return sent.then((result) => {
    execution.settled(fetch.place);
    noted?.(result, before !== undefined);
    if (!result.plain) execution.facts.plain = false;
    const changed = result.response?.changed;
    if (changed && !before) for (const entity of changed) context.changed.push(entity);
    if (!before) collectDisclosed(context, result.response?.disclosed);
    take(result);
    execution.forgetFound(fetch.route.changes);
  });
}
