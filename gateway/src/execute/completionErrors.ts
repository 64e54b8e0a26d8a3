import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLFormattedError,
  type GraphQLNamedType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { collectFields } from '../compile/collectFields.js';
import type { ResponsePart } from '../compile/compileVariant.js';
import { fieldType, isIntrospectionField } from '../compile/fieldType.js';
import type { Position } from '../compile/responsePath.js';
import type { ErrorCode } from '../errors/errorCodes.js';

const MOST_ERRORS = 1_000;

export interface Completion {
  readonly errors: readonly GraphQLFormattedError[];
  /** Where the response has a null in the place of data: nothing below these positions is there for the client. */
  readonly nulled: readonly Position[];
}

/**
 * The errors for values that are not what the schema promises, found by walking the data once more: the generated writer only knows that there are some, which keeps paths off its way.
 * A value whose absence an error has explained already, at it, above it or below it, gets no second one.
 */
export function completionErrors(
  value: unknown,
  part: ResponsePart,
  at: Position,
  known: readonly GraphQLFormattedError[],
  clientNames: ReadonlyMap<string, string>,
): Completion {
  const errors: GraphQLFormattedError[] = [];
  const nulled: Position[] = [];
  // An error without a position may be the reason for anything.
  const explained = known.some(({ path }) => !path);
  const report = (message: string, position: Position, code: ErrorCode = 'SUBGRAPH_INVALID_VALUE'): void => {
    if (explained || errors.length >= MOST_ERRORS || known.some(({ path }) => path && isOneInTheOther(path, position)))
      return;
    errors.push({ message, path: position, extensions: { code } });
  };

  /** A null has come up to here. If an error from further down explains it, those that were found on the way are not the reason. */
  const becomesNull = (place: Position, reported: number): void => {
    if (known.some(({ path }) => path && path.length > place.length && isOneInTheOther(path, place)))
      errors.length = Math.min(errors.length, reported);
  };

  /** Whether the value is there; if not, it is null in the response. */
  const complete = (
    type: GraphQLOutputType,
    given: unknown,
    nodes: readonly FieldNode[],
    position: Position,
    name: string,
  ): boolean => {
    if (isNonNullType(type)) {
      if (given === null || given === undefined) {
        report(`Cannot return null for non-nullable field ${name}.`, position, 'NULL_IN_NON_NULL_FIELD');
        return false;
      }
      return complete(type.ofType, given, nodes, position, name);
    }
    if (given === null || given === undefined) return true;
    if (isListType(type)) {
      if (!Array.isArray(given)) {
        report(`Expected a list for field ${name}.`, position);
        return false;
      }
      let ok = true;
      given.forEach((item: unknown, index) => {
        const reported = errors.length;
        const place = [...position, index];
        if (complete(type.ofType, item, nodes, place, name)) return;
        if (isNonNullType(type.ofType)) ok = false;
        else becomesNull(place, reported);
      });
      if (!ok) nulled.push(position);
      return ok;
    }
    const named = getNamedType(type);
    if (!isCompositeType(named)) {
      if (isLeaf(named, given)) return true;
      report(`Invalid value found for field ${name}.`, position);
      return false;
    }
    const sets = nodes.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));
    const ok = completeObject(named, given, sets, position, name);
    if (!ok) nulled.push(position);
    return ok;
  };

  const completeObject = (
    type: GraphQLCompositeType,
    given: unknown,
    sets: readonly SelectionSetNode[],
    position: Position,
    name: string,
  ): boolean => {
    const object = given as Record<string, unknown>;
    const runtimeType = typeof given === 'object' && !Array.isArray(given) && runtimeTypeOf(object, type, part);
    if (!runtimeType) {
      report(`Invalid __typename found for object at field ${name}.`, position);
      return false;
    }
    for (const [responseName, fieldNodes] of collectFields(sets, runtimeType, part.selection)) {
      const field = fieldNodes[0]?.name.value ?? '';
      if (isIntrospectionField(field)) continue;
      const cut = part.selection.cut?.fields.get(responseName);
      if (cut) {
        const type = fieldType(runtimeType, cut.field);
        if (type && !isNonNullType(type)) continue;
        return false;
      }
      if (field === '__typename') {
        if (isObjectType(runtimeType)) continue;
        report(`The type of the object at field ${name} could not be found out.`, position);
        return false;
      }
      const own = fieldType(runtimeType, field);
      const place = [...position, clientNames.get(responseName) ?? responseName];
      const reported = errors.length;
      if (own === undefined || complete(own, object[responseName], fieldNodes, place, `${runtimeType.name}.${field}`))
        continue;
      if (isNonNullType(own)) return false;
      becomesNull(place, reported);
    }
    return true;
  };

  if (!completeObject(part.type, value, part.selectionSets, at, part.type.name)) {
    nulled.push(at);
    becomesNull(at, 0);
  }
  return { errors, nulled };
}

function runtimeTypeOf(
  { __typename: typename }: Record<string, unknown>,
  type: GraphQLCompositeType,
  { selection: { schema } }: ResponsePart,
): GraphQLCompositeType | undefined {
  if (typename === undefined || typename === null) return type;
  const given = typeof typename === 'string' ? schema.getType(typename) : undefined;
  if (!isCompositeType(given)) return isRoot(type, schema) ? type : undefined;
  if (given === type || isRoot(type, schema)) return type;
  if (isObjectType(type)) return type.getInterfaces().some((each) => each === given) ? type : undefined;
  return isAbstractType(type) && (isObjectType(given) || 'getInterfaces' in given) && schema.isSubType(type, given)
    ? given
    : undefined;
}

function isRoot(type: GraphQLCompositeType, schema: ResponsePart['selection']['schema']): boolean {
  return type === schema.getQueryType() || type === schema.getMutationType() || type === schema.getSubscriptionType();
}

function isLeaf(type: GraphQLNamedType, value: unknown): boolean {
  if (isEnumType(type)) return typeof value === 'string' && type.getValue(value) !== undefined;
  switch (type.name) {
    case 'String':
      return typeof value === 'string';
    case 'Boolean':
      return typeof value === 'boolean';
    case 'Int':
      return Number.isInteger(value);
    case 'ID':
      return typeof value === 'string' || Number.isInteger(value);
    case 'Float':
      return Number.isFinite(value);
    default:
      return isWritable(value);
  }
}

/** Whether a value of a custom scalar is not nested too deeply to be written. */
function isWritable(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}

function isOneInTheOther(path: Position, other: Position): boolean {
  const shorter = Math.min(path.length, other.length);
  for (let index = 0; index < shorter; index++) if (path[index] !== other[index]) return false;
  return true;
}
