import {
  type GraphQLInputType,
  type GraphQLSchema,
  getLocation,
  isEnumType,
  isInputType,
  isListType,
  isNonNullType,
  isScalarType,
  Kind,
  type Location,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { RequestRefused } from '../errors/requestRefused.js';

/** Throws `RequestRefused` BAD_USER_INPUT, with each fault and its place, where variables do not fit their types. */
export type CheckVariables = (variables: Readonly<Record<string, unknown>>) => void;

const MOST_ERRORS = 20;

/**
 * Makes the check of an operation's variables. Scalars, enums and lists of them are checked by a few comparisons; anything else, and whatever these do not
 * accept, by graphql itself, which also words the errors. Values are passed on to subgraphs as the client sent them. `conditions`: the variables by which selections
 * are decided; of type Boolean with a default they may be left out, but null decides nothing.
 * `hideSuggestions`: errors leave out which names there are that resemble a wrong one.
 */
export function compileVariables(
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  conditions: readonly string[] = [],
  hideSuggestions = false,
): CheckVariables {
  const definitions = operation.variableDefinitions ?? [];
  if (definitions.length === 0) return () => {};
  const quick = definitions.map(
    (definition) => [definition.variable.name.value, quickCheck(definition, schema)] as const,
  );
  const deciding = definitions.filter(
    ({ variable, type }) =>
      type.kind === Kind.NAMED_TYPE && type.name.value === 'Boolean' && conditions.includes(variable.name.value),
  );
  return (variables) => {
    for (const { variable, loc } of deciding) {
      if (variables[variable.name.value] === null) throw undecided(variable.name.value, loc);
    }
    if (quick.every(([name, accepts]) => accepts(Object.hasOwn(variables, name) ? variables[name] : undefined))) return;
    const { errors } = getVariableValues(
      schema,
      definitions,
      { ...variables },
      { maxErrors: MOST_ERRORS, hideSuggestions },
    );
    if (!errors) return;
    throw new RequestRefused('BAD_USER_INPUT', 'Correct the variables.', {
      errors: errors.map(({ message, locations }) => ({
        message,
        ...(locations && { locations }),
        extensions: { code: 'BAD_USER_INPUT' },
      })),
    });
  };
}

/** graphql-js fails in execution, at the selection. */
function undecided(name: string, loc: Location | undefined): RequestRefused {
  const message = `Variable "$${name}" decides about a selection and must not be null. Leave it out to have its default.`;
  const locations = loc && [getLocation(loc.source, loc.start)];
  return new RequestRefused('BAD_USER_INPUT', message, {
    errors: [{ message, ...(locations && { locations }), extensions: { code: 'BAD_USER_INPUT' } }],
  });
}

/** Accepts nothing that graphql would refuse. */
type Accepts = (value: unknown) => boolean;

const never: Accepts = () => false;

const scalars: Record<string, Accepts> = {
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  ID: (value) => typeof value === 'string' || Number.isSafeInteger(value),
  Int: (value) => typeof value === 'number' && (value | 0) === value,
  Float: (value) => typeof value === 'number' && Number.isFinite(value),
};

function quickCheck({ type: node, defaultValue }: VariableDefinitionNode, schema: GraphQLSchema): Accepts {
  const type = typeFromAST(schema, node as Parameters<typeof typeFromAST>[1]);
  if (!type || !isInputType(type)) return never;
  const accepts = accept(type);
  if (defaultValue === undefined) return accepts;
  return (value) => value === undefined || accepts(value);
}

function accept(type: GraphQLInputType): Accepts {
  if (isNonNullType(type)) {
    const inner = accept(type.ofType);
    return (value) => value !== null && value !== undefined && inner(value);
  }
  const inner = acceptNotNull(type);
  return (value) => value === null || value === undefined || inner(value);
}

function acceptNotNull(type: GraphQLInputType): Accepts {
  if (isListType(type)) {
    const item = accept(type.ofType);
    return (value) => Array.isArray(value) && value.every(item);
  }
  if (isEnumType(type)) {
    const names = new Set(type.getValues().map(({ name }) => name));
    return (value) => typeof value === 'string' && names.has(value);
  }
  return (isScalarType(type) && scalars[type.name]) || never;
}
