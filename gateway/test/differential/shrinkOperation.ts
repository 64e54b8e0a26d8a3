import { type ASTNode, type DocumentNode, type GraphQLSchema, Kind, parse, print, validate, visit } from 'graphql';
import type { OperationRequest } from './outcome.js';
import { tidyOperation } from './tidyOperation.js';

const REMOVABLE = new Set<string>([
  Kind.FIELD,
  Kind.INLINE_FRAGMENT,
  Kind.FRAGMENT_SPREAD,
  Kind.DIRECTIVE,
  Kind.ARGUMENT,
]);

/**
 * The operation with as much taken out as can be while it stays valid and `stillFails` holds; at most `tries` are made.
 */
export async function shrinkOperation(
  schema: GraphQLSchema,
  request: OperationRequest,
  stillFails: (request: OperationRequest) => Promise<boolean>,
  tries = 150,
): Promise<OperationRequest> {
  let current = request;
  let left = tries;
  for (let index = 0; left > 0; ) {
    const smaller = without(current, index);
    if (!smaller) return current;
    const isValid = smaller.query !== current.query && validate(schema, parse(smaller.query)).length === 0;
    if (isValid) left -= 1;
    if (isValid && (await stillFails(smaller))) current = smaller;
    else index += 1;
  }
  return current;
}

/** The operation without its piece of the number; undefined past the last. */
function without({ query, variables }: OperationRequest, index: number): OperationRequest | undefined {
  const document = parse(query);
  let taken: ASTNode | undefined;
  let number = 0;
  const rest: DocumentNode = visit(document, {
    enter(node) {
      if (taken || !REMOVABLE.has(node.kind) || number++ !== index) return undefined;
      taken = node;
      return null;
    },
  });
  if (!taken) return undefined;
  const tidy = tidyOperation(rest);
  return {
    query: print(tidy.document),
    variables: Object.fromEntries(Object.entries(variables).filter(([name]) => tidy.variables.has(name))),
  };
}
