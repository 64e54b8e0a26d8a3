import type { FieldNode, GraphQLFormattedError, GraphQLObjectType } from 'graphql';
import type { ErrorCode } from '../errors/errorCodes.js';
import { RequestRefused } from '../errors/requestRefused.js';
import type { CompiledFetch } from './compileFetch.js';
import { placeOf } from './responsePath.js';

const CODE: ErrorCode = 'PLANNING_FAILED';

/**
 * An error for each root field that the plan does not bring. Apollo's planner leaves out what it finds no way to without a word, such as fields of an `@interfaceObject` that no
 * resolvable key reaches: to a client such a field would seem to be null. Throws `RequestRefused` PLANNING_FAILED when the plan brings nothing at all.
 */
export function unresolvedRootFields(
  rootType: GraphQLObjectType,
  rootFields: ReadonlyMap<string, readonly FieldNode[]>,
  fetches: readonly CompiledFetch[],
  clientNames: ReadonlyMap<string, string>,
): GraphQLFormattedError[] {
  const fetched = new Set(
    fetches
      .filter(({ path }) => placeOf(path) === '')
      .flatMap(({ document }) => document.writes.map(({ place }) => place)),
  );
  const wanted = [...rootFields].filter(([, [field]]) => !field?.name.value.startsWith('__'));
  const unresolved = wanted.filter(([name]) => !fetched.has(`.${name}`));
  const reasons = unresolved.map(([name, [field]]) => ({
    name: clientNames.get(name) ?? name,
    reason: `No way was found to resolve the field ${rootType.name}.${field?.name.value}: no subgraph gives what this operation selects of it.`,
  }));
  if (fetches.length === 0 && wanted.length > 0)
    throw new RequestRefused(CODE, [...new Set(reasons.map(({ reason }) => reason))].join(' '));
  return reasons.map(({ name, reason }) => ({ message: reason, path: [name], extensions: { code: CODE } }));
}
