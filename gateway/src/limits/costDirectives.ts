import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  parse,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';

/** What `@listSize` says of a field. */
export interface ListSize {
  readonly assumedSize: number | undefined;
  /** Arguments that bound the size; a path where they are fields of an input object, such as `page.first`. */
  readonly slicingArguments: readonly string[];
  /** The fields of what it returns whose lists are of this size, where it is not itself the list. */
  readonly sizedFields: ReadonlySet<string>;
  readonly requireOneSlicingArgument: boolean;
}

/** What a supergraph says of its costs: weights by type, `Type.field`, `Type.field(argument)` and `Input.field`; sizes by `Type.field`. */
export interface CostDirectives {
  readonly weights: ReadonlyMap<string, number>;
  readonly listSizes: ReadonlyMap<string, ListSize>;
}

const FEATURE = /^https:\/\/specs\.apollo\.dev\/cost\/v0\.\d+$/;

/**
 * Reads `@cost` and `@listSize` (IBM's GraphQL Cost Directives, as Federation 2.9 composes them) from a supergraph, under whatever names it imports them.
 */
export function readCostDirectives(sdl: string): CostDirectives {
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  if (!sdl.includes('specs.apollo.dev/cost/')) return { weights, listSizes };
  const document = parse(sdl, { noLocation: true });
  const names = importedNames(document);
  if (!names) return { weights, listSizes };
  const weigh = (place: string, directives: readonly ConstDirectiveNode[] | undefined) => {
    const weight = argumentsOf(directives, names.cost)?.weight;
    if (typeof weight === 'number') weights.set(place, weight);
  };
  const readField = (type: string, { name, arguments: args, directives }: FieldDefinitionNode) => {
    const place = `${type}.${name.value}`;
    weigh(place, directives);
    for (const each of args ?? []) weigh(`${place}(${each.name.value})`, each.directives);
    const size = argumentsOf(directives, names.listSize);
    if (size) listSizes.set(place, readListSize(size));
  };
  for (const each of document.definitions) {
    switch (each.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION:
        for (const field of each.fields ?? []) readField(each.name.value, field);
        weigh(each.name.value, each.directives);
        break;
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        for (const field of each.fields ?? []) weigh(`${each.name.value}.${field.name.value}`, field.directives);
        weigh(each.name.value, each.directives);
        break;
      case Kind.SCALAR_TYPE_DEFINITION:
      case Kind.ENUM_TYPE_DEFINITION:
      case Kind.UNION_TYPE_DEFINITION:
        weigh(each.name.value, each.directives);
    }
  }
  return { weights, listSizes };
}

function readListSize({ assumedSize, slicingArguments, sizedFields, ...rest }: Record<string, unknown>): ListSize {
  return {
    assumedSize: typeof assumedSize === 'number' ? assumedSize : undefined,
    slicingArguments: strings(slicingArguments),
    sizedFields: new Set(strings(sizedFields)),
    requireOneSlicingArgument: rest.requireOneSlicingArgument !== false,
  };
}

/** What the directives are called here: see the specification of `@link`. */
function importedNames({
  definitions,
}: DocumentNode): { readonly cost: string; readonly listSize: string } | undefined {
  for (const definition of definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const directive of definition.directives ?? []) {
      const link = directive.name.value === 'link' ? valuesOf(directive) : {};
      if (typeof link.url !== 'string' || !FEATURE.test(link.url)) continue;
      const prefix = typeof link.as === 'string' ? link.as : 'cost';
      const imports = Array.isArray(link.import) ? link.import : [];
      const nameOf = (name: string): string => {
        const found = imports.find((each) => each === `@${name}` || each?.name === `@${name}`);
        if (found !== undefined) return String(found.as ?? `@${name}`).slice(1);
        return name === 'cost' ? prefix : `${prefix}__${name}`;
      };
      return { cost: nameOf('cost'), listSize: nameOf('listSize') };
    }
  }
  return undefined;
}

function argumentsOf(
  directives: readonly ConstDirectiveNode[] | undefined,
  name: string,
): Record<string, unknown> | undefined {
  const directive = directives?.find((each) => each.name.value === name);
  return directive && valuesOf(directive);
}

function valuesOf({ arguments: args }: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    (args ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value as ValueNode)]),
  );
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
