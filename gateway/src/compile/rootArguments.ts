import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { getArgumentValues, getVariableValues } from 'graphql/execution/values.js';
import { AFTER } from './eventSources.js';

/** The arguments of a subscription's field. */
export interface RootArguments {
  /** Their values, for variables that have been checked. */
  values(variables: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** The variable that says after which event to begin and is used for nothing else: subscriptions that differ in it alone have the same events from then on. */
  readonly afterVariable: string | undefined;
}

/** Reads the arguments of a subscription's only field. */
export function compileRootArguments(
  definition: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  rootType: GraphQLObjectType,
  rootFields: ReadonlyMap<string, readonly FieldNode[]>,
  schema: GraphQLSchema,
): RootArguments | undefined {
  const [node] = [...rootFields.values()][0] ?? [];
  const field = node && rootType.getFields()[node.name.value];
  if (!field) return undefined;
  const after = node.arguments?.find(({ name }) => name.value === AFTER)?.value;
  const uses = after?.kind === Kind.VARIABLE ? usesOf(after.name.value, [definition, ...fragments.values()]) : 0;
  return {
    values(variables) {
      const { coerced } = getVariableValues(schema, definition.variableDefinitions ?? [], { ...variables });
      return getArgumentValues(field, node, coerced ?? {});
    },
    afterVariable: after?.kind === Kind.VARIABLE && uses === 1 ? after.name.value : undefined,
  };
}

/** How often a variable is used, its definition left out. */
function usesOf(variable: string, nodes: readonly (OperationDefinitionNode | FragmentDefinitionNode)[]): number {
  let uses = 0;
  for (const node of nodes) {
    visit(node, {
      VariableDefinition: () => false,
      Variable({ name }) {
        if (name.value === variable) uses += 1;
      },
    });
  }
  return uses;
}
