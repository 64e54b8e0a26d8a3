import type { Schema } from '@apollo/federation-internals';
import {
  type DirectiveDefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  print,
  visit,
} from 'graphql';

/** Where operations have directives (GraphQL 3.13, ExecutableDirectiveLocation). */
const EXECUTABLE = new Set([
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
]);
const APOLLO_SPECS = 'https://specs.apollo.dev/';

/**
 * The definitions of the directives that operations may have and Apollo's API schema lacks: it takes out all that comes by `@link`, what subgraphs compose for their clients
 * included (`@composeDirective`), so that operations with it would be refused. What Apollo's own specifications define stays out, and what has arguments of types that
 * clients do not see. `full`: the supergraph as graphql-js has it.
 */
export function missingExecutableDirectives(
  supergraph: Schema,
  full: GraphQLSchema,
  apiSchema: GraphQLSchema,
): DirectiveDefinitionNode[] {
  return full.getDirectives().flatMap(({ name, args, astNode }) => {
    const definition = supergraph.directive(name);
    const feature = definition && supergraph.coreFeatures?.sourceFeature(definition)?.feature;
    if (!astNode || !feature || feature.url.identity.startsWith(APOLLO_SPECS) || apiSchema.getDirective(name))
      return [];
    const locations = astNode.locations.filter(({ value }) => EXECUTABLE.has(value));
    const isKnown = args.every(({ type }) => apiSchema.getType(getNamedType(type).name));
    return locations.length > 0 && isKnown ? [{ ...astNode, locations }] : [];
  });
}

/** These definitions as SDL that goes after a schema's. */
export function printDefinitions(definitions: readonly DirectiveDefinitionNode[]): string {
  return definitions.map((definition) => `\n\n${print(definition)}`).join('');
}

/** The document without these directives: Apollo's planner refuses what its own schema does not have. */
export function withoutDirectives(document: DocumentNode, unknown: readonly DirectiveDefinitionNode[]): DocumentNode {
  if (unknown.length === 0) return document;
  const names = new Set(unknown.map(({ name }) => name.value));
  return visit(document, { Directive: ({ name }) => (names.has(name.value) ? null : undefined) });
}
