import { hash } from 'node:crypto';
import type { FetchNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  getNamedType,
  getNullableType,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  type ValueNode,
} from 'graphql';
import { entityTag, type Tag, typeTag } from '../cache/cacheStore.js';
import type { CacheFacts } from './cacheFacts.js';
import { least, maxAgeOfField } from './cacheHints.js';
import { responseName } from './collectFields.js';
import { fieldType } from './fieldType.js';
import { isPublicField } from './publicFields.js';

/** How what a fetch brings may be kept. */
export interface FetchCaching {
  /** The fetch's operation, asking for the keys of the entities in it as well. */
  readonly operation: string;
  /** What it selects, the same for all operations that do, whatever they are called. */
  readonly selection: string;
  /** In milliseconds. */
  readonly maxAgeMs: number;
  /** For how long after that, or after it has changed, it may be shown as it was. */
  readonly staleMs: number;
  /** Everybody of the same kind and scopes gets the same. */
  readonly isPublic: boolean;
  /** Of a fetch of entities: the tag of one, by the object of the response that stands for it. Undefined: it is not kept. */
  readonly entityTagOf: (object: object) => Tag | undefined;
  /** Of a fetch from the root: the tags that are known before. Undefined: it is not kept with these variables. */
  readonly rootTags: (variables: Readonly<Record<string, unknown>>) => Tag[] | undefined;
  /** Adds the tags of the entities in a value: an entity, or the data of a root. False where one of them cannot be told. */
  readonly collectTags: (value: unknown, into: Set<Tag>) => boolean;
}

/** Where in a value there are entities. */
interface Places {
  /** Response names of keys → the types of which they are. */
  readonly keys: Map<string, string>;
  /** Whether an object here must have one of the keys. */
  isEntity: boolean;
  readonly below: Map<string, Places>;
}

/** What is asked for besides is called so, with the type. */
const KEY_OF = '_keyOf_';

type RootTag = (variables: Readonly<Record<string, unknown>>) => Tag | undefined;

/** Thrown inside of this module: the fetch cannot be kept. */
class NotKept extends Error {}

/**
 * Finds out how a fetch's answers may be kept, by `@cacheControl` (see `cacheHints.ts`) and the keys of the entities in them. Undefined where they may not: mutations, what depends on the surroundings (`@fromContext`), what is said to be good for no time, entities that are not known
 * by the key by which messages name them.
 *
 * An entity's answer changes when the entity or one that is nested in it does. Of the root, a field that looks an entity up by its key (an argument of the key's name) depends on that entity; every other one on the types of all the entities that it may have, and without any on its time alone.
 */
export function readFetchCaching(node: FetchNode, isAtRoot: boolean, facts: CacheFacts): FetchCaching | undefined {
  if (node.operationKind !== 'query' || node.contextRewrites?.length || node.inputRewrites?.length) return undefined;
  if (!node.requires && !isAtRoot) return undefined;
  try {
    return node.requires ? new Reader(node, facts).entities() : new Reader(node, facts).root();
  } catch (error) {
    if (error instanceof NotKept) return undefined;
    throw error;
  }
}

class Reader {
  private readonly document: DocumentNode;
  private readonly operation: OperationDefinitionNode;
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private maxAge: number | undefined;
  private isPublic = true;
  /** The types of entities that the part which is read may have. */
  private types = new Set<string>();

  constructor(
    private readonly node: FetchNode,
    private readonly facts: CacheFacts,
  ) {
    this.document = parse(node.operation, { noLocation: true });
    const operation = this.document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
    if (!operation) throw new NotKept();
    this.operation = operation;
    for (const each of this.document.definitions)
      if (each.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(each.name.value, each);
  }

  entities(): FetchCaching {
    const [field] = this.operation.selectionSet.selections;
    if (field?.kind !== Kind.FIELD || !field.selectionSet) throw new NotKept();
    const places = emptyPlaces();
    const selections = field.selectionSet.selections.map((each): SelectionNode => {
      if (each.kind === Kind.FIELD) return each; // __typename
      const fragment = this.written(each);
      const type = this.facts.schema.getType(fragment.typeCondition?.name.value ?? '');
      if (!isObjectType(type)) throw new NotKept();
      this.restrict(this.facts.hints.get(type.name)?.maxAge ?? 0);
      const above = this.facts.publicFields.types.get(type.name) === 'PUBLIC';
      // Without a field that says so: who may see that there is one is for the subgraph to say.
      if (!this.selectsField(fragment.selectionSet)) this.isPublic &&= above;
      return { ...fragment, selectionSet: this.read(fragment.selectionSet, type, above, places) };
    });
    const keyFields = this.keyFields();
    const { serviceName } = this.node;
    return {
      ...this.common([{ ...field, selectionSet: { ...field.selectionSet, selections } }], places),
      staleMs: 0,
      entityTagOf(object) {
        const { __typename: type } = object as { __typename?: unknown };
        const key = (object as Record<string, unknown>)[keyFields.get(String(type)) ?? ''];
        return isKey(key) ? entityTag(serviceName, String(type), String(key)) : undefined;
      },
      rootTags: () => undefined,
    };
  }

  root(): FetchCaching {
    const query = this.facts.schema.getQueryType();
    if (!query) throw new NotKept();
    const places = emptyPlaces();
    const tags: RootTag[] = [];
    const lookedUp: string[] = [];
    let stale: number | undefined;
    const selections = fieldsOf(this.operation.selectionSet).map((field): SelectionNode => {
      this.types = new Set();
      const own = emptyPlaces();
      const { selections } = this.read({ kind: Kind.SELECTION_SET, selections: [field] }, query, false, own, true);
      const tag = this.lookup(field);
      if (tag) {
        tags.push(tag);
        lookedUp.push(responseName(field));
        for (const [name, below] of own.below) places.below.set(name, below);
      } else {
        const types = this.types.size > 0 ? [...this.types] : [query.name];
        for (const type of types) tags.push(() => typeTag(this.node.serviceName, type));
      }
      stale = least(stale, this.facts.hints.get(`${query.name}.${field.name.value}`)?.staleWhileRevalidate ?? 0);
      return selections[0] ?? field;
    });
    const common = this.common(selections, places);
    return {
      ...common,
      // A key in another spelling finds the same entity, and is named by no message: of what was found the own key is known.
      collectTags: (value, into) =>
        lookedUp.every((name) => (value as Record<string, unknown>)[name] !== null) && common.collectTags(value, into),
      staleMs: (stale ?? 0) * 1000,
      entityTagOf: () => undefined,
      rootTags(variables) {
        const all = tags.map((tag) => tag(variables));
        return all.includes(undefined) ? undefined : [...new Set(all as Tag[])];
      },
    };
  }

  private common(
    selections: readonly SelectionNode[],
    places: Places,
  ): Pick<FetchCaching, 'operation' | 'selection' | 'maxAgeMs' | 'isPublic' | 'collectTags'> {
    if (!this.maxAge) throw new NotKept();
    const { serviceName } = this.node;
    const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections };
    prune(places);
    const written = { ...this.operation, selectionSet };
    return {
      operation: stripIgnoredCharacters(print(written)),
      selection: hash('sha256', stripIgnoredCharacters(print({ ...written, name: undefined })), 'base64url'),
      maxAgeMs: this.maxAge * 1000,
      isPublic: this.isPublic,
      collectTags: (value, into) => collectBelow(value, places, serviceName, into),
    };
  }

  /** Reads a selection set, with fragments written out and the keys of entities added. */
  private read(
    set: SelectionSetNode,
    type: GraphQLCompositeType,
    above: boolean,
    places: Places,
    isRoot = false,
  ): SelectionSetNode {
    const selections = set.selections.map((each): SelectionNode => {
      if (each.kind === Kind.FIELD) return this.readField(each, type, above, places, isRoot);
      const fragment = this.written(each);
      const narrower = fragment.typeCondition && this.facts.schema.getType(fragment.typeCondition.name.value);
      const inner = isCompositeType(narrower) ? narrower : type;
      return { ...fragment, selectionSet: this.read(fragment.selectionSet, inner, above, places) };
    });
    return { ...set, selections };
  }

  private readField(
    field: FieldNode,
    type: GraphQLCompositeType,
    above: boolean,
    places: Places,
    isRoot: boolean,
  ): FieldNode {
    const { schema, hints, publicFields } = this.facts;
    const name = field.name.value;
    if (responseName(field).startsWith(KEY_OF)) throw new NotKept(); // the client's own
    if (name === '__typename') return field;
    const own = fieldType(type, name);
    if (!own) throw new NotKept();
    const named = getNamedType(own);
    const given = isCompositeType(named) ? named : undefined;
    for (const parent of isAbstractType(type) ? schema.getPossibleTypes(type) : [type])
      this.restrict(maxAgeOfField(hints, parent.name, isRoot, name, given, schema));
    const shared = isPublicField(publicFields, type, name, given, above, schema);
    this.isPublic &&= shared;
    if (!field.selectionSet || !given) return field;
    const below = places.below.get(responseName(field)) ?? emptyPlaces();
    places.below.set(responseName(field), below);
    const keys = this.keysOf(given, below);
    const set = this.read(field.selectionSet, given, shared, below);
    return { ...field, selectionSet: { ...set, selections: [...set.selections, ...keys] } };
  }

  /** What is asked for besides, to know which entities there are. */
  private keysOf(type: GraphQLCompositeType, places: Places): SelectionNode[] {
    const { serviceName } = this.node;
    const keyOf = (each: string): FieldNode | undefined => {
      const key = this.facts.keyField(serviceName, each);
      if (key === undefined) {
        if (this.facts.isEntity(serviceName, each)) throw new NotKept();
        return undefined;
      }
      this.types.add(each);
      places.keys.set(`${KEY_OF}${each}`, each);
      return { kind: Kind.FIELD, alias: nameNode(`${KEY_OF}${each}`), name: nameNode(key) };
    };
    if (!isAbstractType(type)) {
      const field = keyOf(type.name);
      places.isEntity = field !== undefined;
      return field ? [field] : [];
    }
    const possible = this.facts.possibleTypes(serviceName, type.name);
    if (!possible) throw new NotKept();
    return possible.flatMap((each): InlineFragmentNode[] => {
      const field = keyOf(each);
      if (!field) return [];
      const typeCondition = { kind: Kind.NAMED_TYPE, name: nameNode(each) } as const;
      const selectionSet = { kind: Kind.SELECTION_SET, selections: [field] } as const;
      return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet }];
    });
  }

  /** By which field of its objects a type's entities are represented, where that is the key by which messages name them. */
  private keyFields(): Map<string, string> {
    const fields = new Map<string, string>();
    for (const selection of this.node.requires ?? []) {
      if (selection.kind !== 'InlineFragment' || selection.typeCondition === undefined) continue;
      const type = selection.typeCondition;
      const key = this.facts.keyField(this.node.serviceName, type);
      const isSent = selection.selections.some(
        (each) => each.kind === 'Field' && each.name === key && each.alias === undefined,
      );
      if (key === undefined || !isSent || !isObjectType(this.facts.schema.getType(type))) throw new NotKept();
      fields.set(type, key);
    }
    return fields;
  }

  /** The tag of the one entity that a field of the root looks up by its key; undefined where the field is something else. */
  private lookup(field: FieldNode): RootTag | undefined {
    const query = this.facts.schema.getQueryType();
    const type = query && getNullableType(fieldType(query, field.name.value));
    const [argument, ...others] = field.arguments ?? [];
    if (!isObjectType(type) || !argument || others.length > 0) return undefined;
    const { serviceName } = this.node;
    if (this.facts.keyField(serviceName, type.name) !== argument.name.value) return undefined;
    const { value } = argument;
    return (variables) => {
      const key = given(value, variables);
      return isKey(key) ? entityTag(serviceName, type.name, String(key)) : undefined;
    };
  }

  private restrict(seconds: number | undefined): void {
    this.maxAge = least(this.maxAge, seconds);
    if (this.maxAge === 0) throw new NotKept();
  }

  private selectsField({ selections }: SelectionSetNode): boolean {
    return selections.some((each) =>
      each.kind === Kind.FIELD ? each.name.value !== '__typename' : this.selectsField(this.written(each).selectionSet),
    );
  }

  /** A fragment as one that stands where it is spread. */
  private written(node: Exclude<SelectionNode, FieldNode>): InlineFragmentNode {
    if (node.kind === Kind.INLINE_FRAGMENT) return node;
    const fragment = this.fragments.get(node.name.value);
    if (!fragment) throw new NotKept();
    const { typeCondition, selectionSet } = fragment;
    return { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet, directives: node.directives ?? [] };
  }
}

/** The fields of the root; a fragment there is not what planners write. */
function fieldsOf({ selections }: SelectionSetNode): FieldNode[] {
  return selections.map((each) => {
    if (each.kind !== Kind.FIELD) throw new NotKept();
    return each;
  });
}

function given(value: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  if (value.kind === Kind.VARIABLE)
    return Object.hasOwn(variables, value.name.value) ? variables[value.name.value] : undefined;
  return value.kind === Kind.STRING || value.kind === Kind.INT ? value.value : undefined;
}

function isKey(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function nameNode(value: string) {
  return { kind: Kind.NAME, value } as const;
}

function emptyPlaces(): Places {
  return { keys: new Map(), isEntity: false, below: new Map() };
}

/** Takes away where there are none. True where nothing is left. */
function prune(places: Places): boolean {
  for (const [name, below] of places.below) if (prune(below)) places.below.delete(name);
  return places.below.size === 0 && places.keys.size === 0;
}

function collectBelow(value: unknown, { below }: Places, subgraph: string, into: Set<Tag>): boolean {
  if (below.size === 0 || typeof value !== 'object' || value === null) return true;
  for (const [name, places] of below) {
    if (!collect((value as Record<string, unknown>)[name], places, subgraph, into)) return false;
  }
  return true;
}

function collect(value: unknown, places: Places, subgraph: string, into: Set<Tag>): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every((item) => collect(item, places, subgraph, into));
  for (const [name, type] of places.keys) {
    const key = (value as Record<string, unknown>)[name];
    if (isKey(key)) into.add(entityTag(subgraph, type, String(key)));
    else if (places.isEntity) return false;
  }
  return collectBelow(value, places, subgraph, into);
}
