import type { GraphQLFormattedError } from 'graphql';
import type { DisclosedEntity } from '../requestContext.js';
import { type FetchFailure, fetchFailure } from './fetchFailure.js';
import type { FetchResult } from './fetchResult.js';

/** An answer that brings some of the entities that a fetch asks for. */
export interface EntitiesPart {
  readonly result: FetchResult;
  /** The representations that were sent for it. */
  readonly sent: readonly string[];
  /** For some of these the position that the fetch has them at. */
  readonly positions: ReadonlyMap<number, number>;
}

/** An entity that is there already. */
export interface KeptEntity {
  readonly value: unknown;
  readonly plain: boolean;
}

/**
 * Puts the answer to an entity fetch together from parts of other answers and from what was kept: entities, errors and failures at the fetch's own positions, and what was disclosed, as far as it belongs to these. A null, where there is neither.
 */
export function assembleEntities(
  subgraph: string,
  count: number,
  parts: readonly EntitiesPart[],
  kept: readonly (KeptEntity | undefined)[] = [],
): FetchResult {
  const entities: unknown[] = new Array(count).fill(null);
  const errors: GraphQLFormattedError[] = [];
  const failedEntities: { failure: FetchFailure; positions: Set<number> }[] = [];
  const disclosed: DisclosedEntity[] = [];
  let plain = true;
  let bytes = 0;
  let shared = parts.length > 0;
  for (const part of parts) {
    const { result, positions } = part;
    plain &&= result.plain;
    bytes += result.bytes;
    shared &&= result.shared;
    const given = result.response?.data?._entities;
    const told = result.response?.errors;
    if (Array.isArray(given) && given.length === part.sent.length) {
      for (const [from, to] of positions) entities[to] = given[from];
    } else if (!(given === null || result.response?.data === null) || !told) {
      const failure = result.failure ?? fetchFailure('invalid', subgraph);
      failedEntities.push({ failure, positions: new Set(positions.values()) });
    }
    for (const { failure, positions: without } of result.failedEntities ?? []) {
      const concerned = new Set([...positions].flatMap(([from, to]) => (without.has(from) ? [to] : [])));
      if (concerned.size > 0) failedEntities.push({ failure, positions: concerned });
    }
    for (const error of told ?? []) errors.push(...placed(error, part, given === null || given === undefined));
    for (const each of result.response?.disclosed ?? []) if (!isOfOthers(each, part)) disclosed.push(each);
  }
  let cached = 0;
  for (const [position, entity] of kept.entries()) {
    if (!entity) continue;
    cached += 1;
    entities[position] = entity.value;
    plain &&= entity.plain;
  }
  return {
    response: {
      data: { _entities: entities },
      ...(errors.length > 0 && { errors }),
      changed: [],
      disclosed: disclosed.length > 0 ? disclosed : undefined,
    },
    common: true,
    failure: undefined,
    ...(failedEntities.length > 0 && { failedEntities }),
    plain,
    bytes,
    shared,
    ...(cached > 0 && { cached }),
  };
}

/** A part's error as one of the whole: none where it is about an entity that is not wanted; of each that is wanted where it took all of them with it. */
function placed(error: GraphQLFormattedError, { positions }: EntitiesPart, tookAll: boolean): GraphQLFormattedError[] {
  const [root, index, ...rest] = error.path ?? [];
  if (root === '_entities' && typeof index === 'number') {
    const position = positions.get(index);
    return position === undefined ? [] : [{ ...error, path: ['_entities', position, ...rest] }];
  }
  return tookAll ? [...positions.values()].map((position) => ({ ...error, path: ['_entities', position] })) : [error];
}

/** Whether what was disclosed is an entity of the part's that is not wanted. */
function isOfOthers({ __typename, key }: DisclosedEntity, { sent, positions }: EntitiesPart): boolean {
  const names = (representation: string) => {
    const { __typename: type, ...fields } = JSON.parse(representation) as Record<string, unknown>;
    return type === __typename && Object.values(fields).some((value) => String(value) === key);
  };
  const own = sent.some((each, index) => positions.has(index) && names(each));
  return !own && sent.some((each, index) => !positions.has(index) && names(each));
}
