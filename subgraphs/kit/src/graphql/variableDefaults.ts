import { type DocumentNode, Kind, valueFromASTUntyped } from 'graphql';

/**
 * Fills in the defaults of an operation's variables that were left out. graphql-jit 0.8.9 refuses `$n: Int! = 5` without a value, from an
 * operation's second run on, though the specification allows it.
 */
export function withDefaults(document: DocumentNode, variables: Record<string, unknown>): Record<string, unknown> {
  let filled = variables;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const { variable, defaultValue } of definition.variableDefinitions ?? []) {
      const name = variable.name.value;
      if (!defaultValue || filled[name] !== undefined) continue;
      filled = { ...filled, [name]: valueFromASTUntyped(defaultValue) };
    }
  }
  return filled;
}
