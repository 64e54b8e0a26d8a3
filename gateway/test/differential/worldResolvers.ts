import {
  type DocumentNode,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
} from 'graphql';
import { kept } from './keptPromise.js';
import { Fault, type Surroundings, type Values, type World } from './world.js';

/** An object under execution. */
interface Node {
  readonly __typename: string;
  /** What the world knows of it; null for one that is not there. */
  readonly known: Values | null;
  /** The values that it was referred to by. */
  readonly given: Values;
  readonly above: Node | undefined;
}

/** How one execution sees the world: the reference all of it, a subgraph its part. */
interface View {
  readonly schema: GraphQLSchema;
  readonly world: World;
  readonly surroundings: Surroundings;
  /** Whether a field's value comes from elsewhere (`@external`). */
  isExternal(typename: string, field: string): boolean;
  readonly isReference: boolean;
  /** The schema as it is, where non-null types were taken out of the one that is executed. */
  readonly promised?: GraphQLSchema | undefined;
}

/** The world as field functions see it; `state` is asked for anew each time, because it is exchanged between executions. */
export function surroundingsOf(world: World, state: () => Values): Surroundings {
  const all = (typename: string) => world.objects?.[typename] ?? [];
  return {
    all,
    find: (typename, values) => all(typename).find((object) => contains(object, values)) ?? null,
    get state() {
      return state();
    },
  };
}

/**
 * Lets the merged schema answer the whole world. When non-null types were taken out of it, `promised` is the schema that has them: nulls where it allows
 * none are errors then, and do not spread.
 */
export function resolveReference(
  schema: GraphQLSchema,
  world: World,
  surroundings: Surroundings,
  promised?: GraphQLSchema,
): void {
  attach({ schema, world, surroundings, isExternal: () => false, isReference: true, promised });
}

/** Lets a subgraph's schema answer what its SDL makes its part of the world. */
export function resolveSubgraph(schema: GraphQLSchema, sdl: string, world: World, surroundings: Surroundings): void {
  const document = parse(sdl);
  const external = externalFields(document);
  attach({
    schema,
    world,
    surroundings,
    isExternal: (typename, field) => external.has(`${typename}.${field}`),
    isReference: false,
  });
}

/** The `__resolveReference` functions of a subgraph's entities, for `buildSubgraphSchema`. */
export function referenceResolvers(sdl: string, world: World, surroundings: Surroundings): Record<string, object> {
  const document = parse(sdl);
  const defined = new Set(typesOf(document).map(({ name }) => name.value));
  const keys = keysOf(document);
  return Object.fromEntries(
    [...keys].map(([typename, selections]) => [
      typename,
      {
        __resolveReference({ __typename: _, ...given }: Values): Node | null {
          const selection = selections.find((each) => isWhole(each, given));
          if (!selection) return null;
          const values = pick(selection, given);
          const types = world.objects?.[typename] ? [typename] : Object.keys(world.objects ?? {});
          for (const type of types) {
            const known = surroundings.find(type, values);
            // The object of an interface object's type has no other type here.
            if (known) return { __typename: defined.has(type) ? type : typename, known, given, above: undefined };
          }
          return null;
        },
      },
    ]),
  );
}

function attach(view: View): void {
  for (const type of Object.values(view.schema.getTypeMap())) {
    if (type.name.startsWith('_')) continue;
    if (isAbstractType(type)) type.resolveType = ({ __typename }: Node) => __typename;
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.name.startsWith('_')) continue;
      field.resolve = resolver(view);
    }
  }
}

function resolver(view: View): GraphQLFieldResolver<Node | undefined, unknown> {
  return (source, args, _context, { fieldName, parentType, returnType }) => {
    const node = source ?? { __typename: parentType.name, known: {}, given: {}, above: undefined };
    const value = complete(view, node, fieldValue(view, node, parentType.name, fieldName, args), returnType);
    const promised = view.promised?.getType(parentType.name);
    return isObjectType(promised) ? kept(value, promised.getFields()[fieldName]?.type ?? returnType) : value;
  };
}

function fieldValue(view: View, node: Node, parentType: string, field: string, args: Values): unknown {
  const { world, surroundings } = view;
  const { known, given } = node;
  if (field in given && (known === null || view.isExternal(parentType, field))) return given[field];
  if (!known) return null;
  const concrete = concreteType(view, node, parentType);
  const type = view.schema.getType(parentType);
  const interfaces = isObjectType(type) ? type.getInterfaces().map(({ name }) => name) : [];
  const place = [concrete, parentType, ...interfaces]
    .map((type) => `${type}.${field}`)
    .find((each) => world.fields?.[each]);
  const compute = place === undefined ? undefined : world.fields?.[place];
  if (!compute || place === undefined) return known[field];
  if (!view.isReference) {
    const own = Object.entries(known).filter(([name]) => !view.isExternal(parentType, name));
    return compute({ ...Object.fromEntries(own), ...given }, args, surroundings);
  }
  const required = world.required?.[place]?.(known, surroundings);
  const contextual = world.contextual?.[place]?.((...typenames) => above(node, typenames));
  return compute({ ...known, ...required }, { ...args, ...contextual }, surroundings);
}

/** The type under which the world knows an object that a subgraph may only know by an interface. */
function concreteType({ world }: View, { known }: Node, parentType: string): string {
  for (const [typename, objects] of Object.entries(world.objects ?? {})) {
    if (known && objects.includes(known)) return typename;
  }
  return parentType;
}

function above(node: Node, typenames: readonly string[]): Values {
  for (let at: Node | undefined = node; at; at = at.above) if (typenames.includes(at.__typename)) return at.known ?? {};
  throw new Error(`no ${typenames.join(' or ')} above`);
}

function complete(view: View, parent: Node, value: unknown, type: GraphQLOutputType): unknown {
  if (value instanceof Fault) throw new Error(value.message);
  if (value === null || value === undefined) return null;
  const named = getNamedType(type);
  if (!isCompositeType(named)) return faultsThrow(value);
  if (Array.isArray(value)) return value.map((item) => completeItem(() => complete(view, parent, item, named)));
  return nodeOf(view, parent, value as Values, named.name);
}

/** An item that fails fails alone. */
function completeItem(completed: () => unknown): unknown {
  try {
    return completed();
  } catch (error) {
    return error;
  }
}

function faultsThrow(value: unknown): unknown {
  if (value instanceof Fault) return new Error(value.message);
  return Array.isArray(value) ? value.map(faultsThrow) : value;
}

function nodeOf({ schema, world, surroundings }: View, above: Node, value: Values, expected: string): Node {
  const { __typename: typename = expected, ...given } = value;
  const name = schema.getType(typename) || isAbstractType(schema.getType(expected)) ? typename : expected;
  const isEntity = world.objects?.[typename] !== undefined;
  if (!isEntity) return { __typename: name, known: value, given: {}, above };
  return { __typename: name, known: surroundings.find(typename, given), given, above };
}

/** Whether the object has the values; of objects in them, some. */
function contains(object: unknown, values: unknown): boolean {
  if (typeof values !== 'object' || values === null) return object === values;
  if (typeof object !== 'object' || object === null) return false;
  return Object.entries(values).every(([name, value]) => contains((object as Values)[name], value));
}

function typesOf(document: DocumentNode): (TypeDefinitionNode | TypeExtensionNode)[] {
  return document.definitions.filter(
    (definition): definition is TypeDefinitionNode | TypeExtensionNode =>
      'name' in definition && definition.name !== undefined && definition.kind !== Kind.DIRECTIVE_DEFINITION,
  );
}

function keysOf(document: DocumentNode): Map<string, SelectionSetNode[]> {
  const keys = new Map<string, SelectionSetNode[]>();
  for (const { name, directives } of typesOf(document)) {
    for (const directive of directives ?? []) {
      const fields = directive.arguments?.find((argument) => argument.name.value === 'fields')?.value;
      if (directive.name.value !== 'key' || fields?.kind !== Kind.STRING) continue;
      const definition = parse(`{${fields.value}}`).definitions[0];
      if (definition?.kind !== Kind.OPERATION_DEFINITION) continue;
      keys.set(name.value, [...(keys.get(name.value) ?? []), definition.selectionSet]);
    }
  }
  return keys;
}

function externalFields(document: DocumentNode): Set<string> {
  const external = new Set<string>();
  const keys = keysOf(document);
  for (const type of typesOf(document)) {
    if (!('fields' in type)) continue;
    const isWholeExternal = type.directives?.some(({ name }) => name.value === 'external');
    const keyFields = new Set(keys.get(type.name.value)?.flatMap(fieldNames));
    for (const field of type.fields ?? []) {
      const isExternal = isWholeExternal || field.directives?.some(({ name }) => name.value === 'external');
      if (isExternal && !keyFields.has(field.name.value)) external.add(`${type.name.value}.${field.name.value}`);
    }
  }
  return external;
}

function fieldNames({ selections }: SelectionSetNode): string[] {
  return selections.flatMap((selection) => (selection.kind === Kind.FIELD ? [selection.name.value] : []));
}

/** Whether a representation has the fields; null is a value. */
function isWhole({ selections }: SelectionSetNode, given: Values): boolean {
  return selections.every((selection) => {
    if (selection.kind !== Kind.FIELD) return true;
    const value: unknown = given[selection.name.value];
    if (value === undefined) return false;
    return !selection.selectionSet || value === null || isWhole(selection.selectionSet, value as Values);
  });
}

function pick({ selections }: SelectionSetNode, given: Values): Values {
  const picked: Values = {};
  for (const selection of selections) {
    if (selection.kind !== Kind.FIELD) continue;
    const name = selection.name.value;
    picked[name] = selection.selectionSet && given[name] ? pick(selection.selectionSet, given[name]) : given[name];
  }
  return picked;
}
