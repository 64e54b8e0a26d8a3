import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { ErrorCode } from '../errors/errorCodes.js';
import { RequestRefused } from '../errors/requestRefused.js';
import { checkSelections, checkTokens } from './documentLimits.js';

/** One operation of a document that has been parsed and validated against the schema in service. */
export interface PreparedOperation {
  readonly text: string;
  /** SHA-256 of the text, in hex. */
  readonly hash: string;
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly name: string | undefined;
}

/** A document that has been parsed and validated; its operations in their order. */
export interface PreparedDocument {
  readonly text: string;
  readonly operations: readonly PreparedOperation[];
}

const MOST_VALIDATION_ERRORS = 20;

/**
 * Checks the limits, parses and validates. Throws `RequestRefused` with all the faults that graphql found, each with its place in the text
 * (GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED), or OPERATION_TOO_LARGE, OPERATION_TOO_DEEP.
 */
export function prepareDocument(text: string, schema: GraphQLSchema): PreparedDocument {
  const document = parseWithinLimits(text);
  const faults = validate(schema, document, specifiedRules, { maxErrors: MOST_VALIDATION_ERRORS });
  if (faults.length > 0) throw rejected('GRAPHQL_VALIDATION_FAILED', faults);
  const hash = createHash('sha256').update(text).digest('hex');
  const operations = document.definitions
    .filter((definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION)
    .map((definition) => ({ text, hash, document, definition, name: definition.name?.value }));
  return { text, operations };
}

/**
 * Finds the operation that a request means: the one of that name, or the only one. Throws OPERATION_RESOLUTION_FAILURE with the
 * names there are.
 */
export function selectOperation(document: PreparedDocument, name: string | undefined): PreparedOperation {
  const { operations } = document;
  const found =
    name === undefined
      ? operations.length === 1
        ? operations[0]
        : undefined
      : operations.find((each) => each.name === name);
  if (found) return found;
  const names = operations.map((each) => each.name ?? '(unnamed)').join(', ');
  throw new RequestRefused(
    'OPERATION_RESOLUTION_FAILURE',
    operations.length === 0
      ? 'The document has no operation, only definitions. Add a query or mutation.'
      : name === undefined
        ? `The document has several operations (${names}). Say which one by "operationName".`
        : `The document has no operation named "${name}". It has: ${names}.`,
  );
}

function parseWithinLimits(text: string): DocumentNode {
  try {
    checkTokens(text);
    const document = parse(text);
    checkSelections(document);
    return document;
  } catch (error) {
    if (error instanceof GraphQLError) throw rejected('GRAPHQL_PARSE_FAILED', [error]);
    throw error;
  }
}

function rejected(code: ErrorCode, faults: readonly GraphQLError[]): RequestRefused {
  return new RequestRefused(code, 'Correct the operation.', {
    errors: faults.map(({ message, locations }) => ({
      message,
      ...(locations && { locations }),
      extensions: { code },
    })),
  });
}
