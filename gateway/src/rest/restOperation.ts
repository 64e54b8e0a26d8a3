import type { PersistedOperation, Route } from '@leadgraph/schema/manifest';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  type SelectionSetNode,
  validate,
} from 'graphql';
import type { Manifest } from '../clients/clientDirectory.js';
import { compileInputs, type InputVariable, inputVariables, type ReadInputs } from './readInputs.js';
import type { Statuses } from './statusOfCode.js';

/** A persisted operation with a route, made ready for requests and for the documentation. */
export interface RestOperation {
  readonly client: string;
  readonly id: string;
  readonly name: string;
  readonly route: Route;
  readonly statuses: Statuses;
  readonly definition: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: readonly InputVariable[];
  readonly readInputs: ReadInputs;
  /** Whether requests have a body. */
  readonly hasBody: boolean;
  /** The response name of the operation's only field, whose value is the answer; undefined: the answer is all of `data`. */
  readonly onlyField: string | undefined;
  /** Whether null is the answer to a question for something that is not there. */
  readonly nullIsMissing: boolean;
}

/** Methods whose requests have bodies. */
const withBody = new Set(['POST', 'PUT', 'PATCH']);

/** The names of the parameters in a route's path. */
export function pathParameters(path: string): string[] {
  return path
    .split('/')
    .filter((step) => step.startsWith(':'))
    .map((step) => step.slice(1));
}

/** Makes an operation with a route ready for a schema; a sentence when it cannot be served. */
export function compileRestOperation(
  { id, name, body, route }: PersistedOperation & { readonly route: Route },
  { client, statuses = {} }: Pick<Manifest, 'client' | 'statuses'>,
  schema: GraphQLSchema,
): RestOperation | string {
  let document: DocumentNode;
  try {
    document = parse(body, { noLocation: true });
  } catch (error) {
    return String(error);
  }
  const [fault] = validate(schema, document);
  if (fault) return fault.message;
  const definition = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (!definition || definition.operation === OperationTypeNode.SUBSCRIPTION)
    return 'Only queries and mutations can have routes.';
  if (definition.operation === OperationTypeNode.MUTATION && route.method === 'GET')
    return 'A mutation cannot be called by GET.';
  const inPath = pathParameters(route.path);
  const variables = inputVariables(definition, schema, inPath);
  if (!variables) return 'A variable has a type that the schema does not have.';
  const stray = inPath.find((parameter) => !variables.some((variable) => variable.name === parameter && variable.text));
  if (stray !== undefined) return `":${stray}" in the path is no variable that a text can be read as.`;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  }
  const hasBody = withBody.has(route.method);
  const rootFields = fieldsOf(definition.selectionSet, fragments);
  const only = rootFields?.size === 1 ? [...rootFields][0] : undefined;
  const type = only && schema.getRootType(definition.operation)?.getFields()[only[1]]?.type;
  return {
    client,
    id,
    name,
    route,
    statuses,
    definition,
    fragments,
    variables,
    readInputs: compileInputs(variables, hasBody),
    hasBody,
    onlyField: only?.[0],
    nullIsMissing: definition.operation === OperationTypeNode.QUERY && type !== undefined && isCompositeType(type),
  };
}

/** The root's response names with the names of their fields; undefined where conditions decide which there are. */
function fieldsOf(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  found = new Map<string, string>(),
): Map<string, string> | undefined {
  for (const selection of selections) {
    if (selection.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include')) return undefined;
    if (selection.kind === Kind.FIELD) {
      found.set((selection.alias ?? selection.name).value, selection.name.value);
      continue;
    }
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    if (inner && !fieldsOf(inner.selectionSet, fragments, found)) return undefined;
  }
  return found;
}
