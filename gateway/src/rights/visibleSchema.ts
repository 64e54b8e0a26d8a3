import {
  buildASTSchema,
  type DefinitionNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  isTypeDefinitionNode,
  Kind,
  parse,
  printSchema,
  type TypeDefinitionNode,
  type TypeNode,
  visit,
} from 'graphql';
import { isLacking, type SchemaRights } from './readRights.js';

/**
 * The schema as somebody sees it who does not satisfy these requirements: without the types and fields that require one of them, without arguments and input fields of such types, and without what nothing leads to any more. For
 * introspection: operations are validated against the whole.
 */
export function visibleSchema(schema: GraphQLSchema, rights: SchemaRights, lacked: ReadonlySet<number>): GraphQLSchema {
  const lacks = (needs: ReadonlySet<number> | undefined) => isLacking(needs, lacked);
  const { definitions } = parse(printSchema(schema), { noLocation: true });
  const roots = new Set(
    [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) => type?.name ?? []),
  );
  const reachableBefore = reachable(definitions, roots);
  const hidden = new Set(
    definitions
      .filter(isTypeDefinitionNode)
      .map(({ name }) => name.value)
      .filter((name) => lacks(rights.types.get(name))),
  );
  let visible: readonly DefinitionNode[] = definitions;
  // A type that nothing is left of hides what gives it.
  for (let before = -1; before !== hidden.size; ) {
    before = hidden.size;
    visible = definitions.flatMap((each): DefinitionNode[] => {
      if (each.kind === Kind.SCHEMA_DEFINITION)
        return [{ ...each, operationTypes: each.operationTypes.filter(({ type }) => !hidden.has(type.name.value)) }];
      if (!isTypeDefinitionNode(each)) return [each];
      const kept =
        hidden.has(each.name.value) && !roots.has(each.name.value)
          ? undefined
          : withoutHidden(each, hidden, lacks, rights);
      // Of the roots only the query's has to be there.
      if (kept && (!isEmpty(kept) || kept.name.value === schema.getQueryType()?.name)) return [kept];
      hidden.add(each.name.value);
      return [];
    });
  }
  const reachableNow = reachable(visible, roots);
  return buildASTSchema(
    {
      kind: Kind.DOCUMENT,
      definitions: visible.filter(
        (each) =>
          !isTypeDefinitionNode(each) || reachableNow.has(each.name.value) || !reachableBefore.has(each.name.value),
      ),
    },
    { assumeValid: true, assumeValidSDL: true },
  );
}

function withoutHidden(
  type: TypeDefinitionNode,
  hidden: ReadonlySet<string>,
  lacks: (needs: ReadonlySet<number> | undefined) => boolean,
  rights: SchemaRights,
): TypeDefinitionNode {
  const given = (each: InputValueDefinitionNode) => !hidden.has(namedType(each.type));
  switch (type.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION: {
      const may = (field: FieldDefinitionNode) =>
        !lacks(rights.fields.get(`${type.name.value}.${field.name.value}`)) && !hidden.has(namedType(field.type));
      return {
        ...type,
        interfaces: type.interfaces?.filter(({ name }) => !hidden.has(name.value)) ?? [],
        fields: (type.fields ?? [])
          .filter(may)
          .map((field) => ({ ...field, arguments: field.arguments?.filter(given) ?? [] })),
      };
    }
    case Kind.UNION_TYPE_DEFINITION:
      return { ...type, types: type.types?.filter(({ name }) => !hidden.has(name.value)) ?? [] };
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return { ...type, fields: type.fields?.filter(given) ?? [] };
    default:
      return type;
  }
}

function isEmpty(type: TypeDefinitionNode): boolean {
  if (type.kind === Kind.UNION_TYPE_DEFINITION) return type.types?.length === 0;
  return 'fields' in type && type.fields?.length === 0;
}

/** The types that the roots and the directives lead to. */
function reachable(definitions: readonly DefinitionNode[], roots: ReadonlySet<string>): Set<string> {
  const types = new Map(definitions.filter(isTypeDefinitionNode).map((each) => [each.name.value, each]));
  const reached = new Set<string>();
  const follow = (name: string): void => {
    const type = types.get(name);
    if (!type || reached.has(name)) return;
    reached.add(name);
    followAll(type);
    if (type.kind !== Kind.INTERFACE_TYPE_DEFINITION) return;
    for (const each of types.values()) {
      if ('interfaces' in each && each.interfaces?.some((one) => one.name.value === name)) follow(each.name.value);
    }
  };
  const followAll = (node: DefinitionNode) => {
    visit(node, { NamedType: ({ name }) => follow(name.value) });
  };
  for (const root of roots) follow(root);
  for (const each of definitions) if (each.kind === Kind.DIRECTIVE_DEFINITION) followAll(each);
  return reached;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
