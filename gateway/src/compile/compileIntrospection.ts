import {
  type DocumentNode,
  executeSync,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { isIntrospectionField } from './fieldType.js';
import { spreadFragments } from './spreadFragments.js';
import { variablesIn } from './supergraphFacts.js';

/** The JSON of an operation's introspection fields by response name. */
export type Introspect = (variables: Readonly<Record<string, unknown>>) => ReadonlyMap<string, string>;

/**
 * Makes the answer to the introspection fields among an operation's root fields, from the schema that clients see: once, unless it
 * depends on variables. Undefined where there are none.
 */
export function compileIntrospection(
  rootFields: ReadonlyMap<string, readonly FieldNode[]>,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  schema: GraphQLSchema,
): Introspect | undefined {
  const selections = [...rootFields.values()]
    .flat()
    .filter(({ name }) => isIntrospectionField(name.value))
    // Whether the field itself is included has been decided.
    .map((field) => ({ ...field, directives: [] }));
  if (selections.length === 0) return undefined;
  const spread = spreadFragments(selections, fragments);
  const used = new Set([...selections, ...spread].flatMap((each) => [...variablesIn(each)]));
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION,
        operation: OperationTypeNode.QUERY,
        variableDefinitions: (operation.variableDefinitions ?? []).filter(({ variable }) =>
          used.has(variable.name.value),
        ),
        selectionSet: { kind: Kind.SELECTION_SET, selections },
      },
      ...spread,
    ],
  };
  const answer: Introspect = (variableValues) => {
    const { data, errors } = executeSync({ schema, document, rootValue: {}, variableValues });
    if (errors) throw errors[0];
    return new Map(Object.entries(data ?? {}).map(([name, value]) => [name, JSON.stringify(value)]));
  };
  if (used.size > 0) return answer;
  let known: ReadonlyMap<string, string> | undefined;
  return () => (known ??= answer({}));
}
