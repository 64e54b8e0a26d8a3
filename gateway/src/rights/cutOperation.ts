import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { responseName } from '../compile/collectFields.js';
import { type ConditionValues, isIncluded } from '../compile/conditions.js';
import { fieldType, isIntrospectionField } from '../compile/fieldType.js';
import type { ErrorCode } from '../errors/errorCodes.js';
import type { PreparedOperation } from '../operation/prepareDocument.js';
import { isLacking, type SchemaRights } from './readRights.js';

/** What has been cut from an operation. */
export interface Cut {
  /** The fields that stand in the places of those that were cut, by response name: `__typename` under a name of its own, which no subgraph is asked for. */
  readonly fields: ReadonlyMap<string, CutField>;
  /** One for each path. */
  readonly errors: readonly GraphQLFormattedError[];
}

export interface CutField {
  readonly field: string;
  /** The response name that the field has in the operation as it was. */
  readonly name: string;
  readonly composite: boolean;
}

const CODE: ErrorCode = 'UNAUTHORIZED_FIELD_OR_TYPE';
const MESSAGE = 'Not authorized: this field, or its type, requires rights that the caller does not have.';
/** Of an operation that has more, further paths are cut without a word. */
const MOST_ERRORS = 500;

type Operation = Pick<PreparedOperation, 'document' | 'definition' | 'clientNames'>;

/** All the requirements that an operation's fields have, whatever its conditions, and whether it asks for the schema. */
export function needsOf(
  { document, definition }: Pick<Operation, 'document' | 'definition'>,
  rights: SchemaRights,
  schema: GraphQLSchema,
): number[] {
  const needs = new Set<number>();
  const fragments = fragmentsOf(document);
  const spread = new Set<string>();
  const walk = (set: SelectionSetNode, type: GraphQLCompositeType): void => {
    for (const each of set.selections) {
      if (each.kind === Kind.FIELD) {
        // What is seen of the schema depends on all of them.
        if (isIntrospectionField(each.name.value)) for (const index of rights.requirements.keys()) needs.add(index);
        for (const need of rights.fields.get(`${type.name}.${each.name.value}`) ?? []) needs.add(need);
        const below = typeBelow(type, each);
        if (each.selectionSet && below) walk(each.selectionSet, below);
      } else if (each.kind === Kind.INLINE_FRAGMENT) walk(each.selectionSet, typeOf(each, schema) ?? type);
      else if (!spread.has(each.name.value)) {
        spread.add(each.name.value);
        const fragment = fragments.get(each.name.value);
        const narrower = fragment && typeOf(fragment, schema);
        if (narrower) walk(fragment.selectionSet, narrower);
      }
    }
  };
  const root = schema.getRootType(definition.operation);
  if (root) walk(definition.selectionSet, root);
  return [...needs].sort((a, b) => a - b);
}

/**
 * Cuts from an operation what requires one of these, with all that is below it. What is cut keeps its place in the response: null there, or in the place of what may not be null above it.
 */
export function cutOperation<T extends PreparedOperation>(
  prepared: T,
  lacked: ReadonlySet<number>,
  conditions: ConditionValues,
  rights: SchemaRights,
  schema: GraphQLSchema,
): T {
  const { document, definition, clientNames } = prepared;
  const root = schema.getRootType(definition.operation);
  if (!root) return prepared;
  const isCut = (type: GraphQLCompositeType, { name }: FieldNode): boolean =>
    isLacking(rights.fields.get(`${type.name}.${name.value}`), lacked);
  const errors = errorsOf(prepared, root, isCut, conditions, schema);
  if (errors.length === 0) return prepared;

  const places = new Places(document, clientNames);
  const rewrite = (set: SelectionSetNode, type: GraphQLCompositeType): SelectionSetNode => ({
    ...set,
    selections: set.selections.map((each): SelectionNode => {
      if (each.kind === Kind.INLINE_FRAGMENT)
        return { ...each, selectionSet: rewrite(each.selectionSet, typeOf(each, schema) ?? type) };
      if (each.kind === Kind.FRAGMENT_SPREAD) return each;
      if (isCut(type, each)) return places.inPlaceOf(each);
      const below = typeBelow(type, each);
      return each.selectionSet && below ? { ...each, selectionSet: rewrite(each.selectionSet, below) } : each;
    }),
  });
  let own: OperationDefinitionNode = definition;
  const definitions = document.definitions.map((each) => {
    if (each === definition) {
      own = { ...definition, selectionSet: rewrite(definition.selectionSet, root) };
      return own;
    }
    if (each.kind !== Kind.FRAGMENT_DEFINITION) return each;
    const type = typeOf(each, schema);
    return type ? { ...each, selectionSet: rewrite(each.selectionSet, type) } : each;
  });
  const rewritten: DocumentNode = { ...document, definitions };
  return {
    ...prepared,
    document: rewritten,
    definition: own,
    text: print(rewritten),
    clientNames: new Map([...clientNames, ...places.names]),
    cut: { fields: places.fields, errors },
  };
}

/** One error for each path at which something is cut under these conditions: response names as the client has chosen them, without the indexes of lists. */
function errorsOf(
  { document, definition, clientNames }: Operation,
  root: GraphQLCompositeType,
  isCut: (type: GraphQLCompositeType, field: FieldNode) => boolean,
  conditions: ConditionValues,
  schema: GraphQLSchema,
): GraphQLFormattedError[] {
  const errors = new Map<string, GraphQLFormattedError>();
  const fragments = fragmentsOf(document);
  const walk = (set: SelectionSetNode, type: GraphQLCompositeType, path: readonly string[]): void => {
    for (const each of set.selections) {
      if (!isIncluded(each, conditions)) continue;
      if (each.kind === Kind.FIELD) {
        const name = responseName(each);
        const place = [...path, clientNames.get(name) ?? name];
        const key = place.join('.');
        const below = typeBelow(type, each);
        if (!isCut(type, each)) {
          if (each.selectionSet && below) walk(each.selectionSet, below, place);
        } else if (errors.size < MOST_ERRORS && !errors.has(key))
          errors.set(key, { message: MESSAGE, path: place, extensions: { code: CODE } });
        continue;
      }
      const fragment = each.kind === Kind.INLINE_FRAGMENT ? each : fragments.get(each.name.value);
      if (fragment) walk(fragment.selectionSet, typeOf(fragment, schema) ?? type, path);
    }
  };
  walk(definition.selectionSet, root, []);
  return [...errors.values()];
}

/** The fields that stand for those that are cut. Those with the same response name for the same field are one. */
class Places {
  readonly fields = new Map<string, CutField>();
  /** Their response names → those of the client. */
  readonly names = new Map<string, string>();
  private readonly known = new Map<string, string>();
  private readonly prefix: string;

  constructor(
    document: DocumentNode,
    private readonly clientNames: ReadonlyMap<string, string>,
  ) {
    const text = print(document);
    let prefix = 'cut';
    while (text.includes(prefix)) prefix += 'x';
    this.prefix = prefix;
  }

  inPlaceOf({ name: { value: field }, alias, directives, selectionSet }: FieldNode): FieldNode {
    const name = alias?.value ?? field;
    const key = `${name}:${field}`;
    let own = this.known.get(key);
    if (own === undefined) {
      own = `${this.prefix}_${this.known.size}`;
      this.known.set(key, own);
      this.fields.set(own, { field, name, composite: selectionSet !== undefined });
      this.names.set(own, this.clientNames.get(name) ?? name);
    }
    return {
      kind: Kind.FIELD,
      alias: { kind: Kind.NAME, value: own },
      name: { kind: Kind.NAME, value: '__typename' },
      ...(directives && { directives }),
    };
  }
}

function fragmentsOf({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of definitions) if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  return fragments;
}

function typeBelow(type: GraphQLCompositeType, { name }: FieldNode): GraphQLCompositeType | undefined {
  const own = fieldType(type, name.value);
  const below = own && getNamedType(own);
  return isCompositeType(below) ? below : undefined;
}

function typeOf(
  { typeCondition }: { readonly typeCondition?: { readonly name: { readonly value: string } } | undefined },
  schema: GraphQLSchema,
): GraphQLCompositeType | undefined {
  const type = typeCondition && schema.getType(typeCondition.name.value);
  return isCompositeType(type) ? type : undefined;
}
