import {
  type DirectiveNode,
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  visit,
} from 'graphql';

/** The values of the variables that decide on selections; one compiled variant of an operation holds for one set of them. */
export type ConditionValues = ReadonlyMap<string, boolean>;

const DECIDING = new Set(['skip', 'include', 'defer']);

/** The names of the variables by which `@skip`, `@include` and `@defer` of a document decide, sorted. */
export function conditionVariables(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given }) {
      if (!DECIDING.has(name.value)) return;
      for (const argument of given ?? []) {
        if (argument.name.value === 'if' && argument.value.kind === Kind.VARIABLE) names.add(argument.value.name.value);
      }
    },
  });
  return [...names].sort();
}

/** The truth values of those variables in one request; what is not given has its default. */
export function conditionValues(
  names: readonly string[],
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): ConditionValues {
  const values = new Map<string, boolean>();
  for (const name of names) {
    const given = Object.hasOwn(variables, name) ? variables[name] : undefined;
    values.set(name, given === undefined ? defaultOf(name, operation) : given === true);
  }
  return values;
}

function defaultOf(name: string, { variableDefinitions }: OperationDefinitionNode): boolean {
  const definition = variableDefinitions?.find(({ variable }) => variable.name.value === name);
  return definition?.defaultValue?.kind === Kind.BOOLEAN && definition.defaultValue.value;
}

/** Whether a selection is part of the operation under these values (GraphQL 3.13.1, 3.13.2: not skipped and included). */
export function isIncluded(selection: SelectionNode, values: ConditionValues): boolean {
  for (const directive of selection.directives ?? []) {
    if (directive.name.value === 'skip' && ifValue(directive, values)) return false;
    if (directive.name.value === 'include' && !ifValue(directive, values)) return false;
  }
  return true;
}

/** Whether a fragment is sent later: it has `@defer` and its condition, if any, holds. */
export function isDeferred(selection: SelectionNode, values: ConditionValues): boolean {
  const defer = selection.directives?.find(({ name }) => name.value === 'defer');
  if (!defer) return false;
  return defer.arguments?.some(({ name }) => name.value === 'if') ? ifValue(defer, values) : true;
}

function ifValue(directive: DirectiveNode, values: ConditionValues): boolean {
  const value = directive.arguments?.find(({ name }) => name.value === 'if')?.value;
  if (value?.kind === Kind.VARIABLE) return values.get(value.name.value) ?? false;
  return value?.kind === Kind.BOOLEAN && value.value;
}
