import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  GraphQLError,
  Kind,
  NoFragmentCyclesRule,
  type OperationDefinitionNode,
  parse,
  print,
  specifiedRules,
  validate,
  visit,
} from 'graphql';
import type { SupergraphFacts } from '../compile/supergraphFacts.js';
import type { ErrorCode } from '../errors/errorCodes.js';
import { RequestRefused } from '../errors/requestRefused.js';
import type { Cut } from '../rights/cutOperation.js';
import { checkSelections, checkTokens, type DocumentLimits, documentLimits, tooLarge } from './documentLimits.js';
import { separateNames } from './separateNames.js';

/** One operation of a document that has been parsed and validated against the schema in service. */
export interface PreparedOperation {
  /** The client's text. */
  readonly source: string;
  /** Its SHA-256, in hex. */
  readonly hash: string;
  /** The document as it is planned and executed: see `separateNames`. */
  readonly document: DocumentNode;
  /** The text of `document`. */
  readonly text: string;
  /** Response name in `document` → response name that the client has chosen, where they differ. */
  readonly clientNames: ReadonlyMap<string, string>;
  readonly definition: OperationDefinitionNode;
  readonly name: string | undefined;
  /** What its caller may not have: see `cutOperation`. */
  readonly cut?: Cut | undefined;
}

/** A document that has been parsed and validated; its operations in their order. */
export interface PreparedDocument {
  readonly operations: readonly PreparedOperation[];
}

export interface PreparingOptions {
  /** What a document may have; undefined: `documentLimits`. */
  readonly limits?: DocumentLimits | undefined;
  /** Whether errors leave out which names there are that resemble a wrong one. */
  readonly hideSuggestions?: boolean | undefined;
  /** Called when a document has been parsed, and when one has been validated: for counting. */
  readonly onParsed?: (() => void) | undefined;
  readonly onValidated?: (() => void) | undefined;
}

const MOST_VALIDATION_ERRORS = 20;
const ABORTED = 'Validation aborted.';

/**
 * Checks the limits, parses and validates. `incremental`: the client takes a response in parts; without it `@defer` is left out. Throws `RequestRefused` with all the
 * faults that graphql found, each with its place in the text (GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED), or as
 * `checkTokens` and `checkSelections` do.
 */
export function prepareDocument(
  text: string,
  { apiSchema, internalFields }: Pick<SupergraphFacts, 'apiSchema' | 'internalFields'>,
  incremental = false,
  { limits = documentLimits, hideSuggestions = false, onParsed, onValidated }: PreparingOptions = {},
): PreparedDocument {
  onParsed?.();
  const { parsed, circular } = parseWithinLimits(text, limits);
  onValidated?.();
  // What circles cannot be measured, so the other rules, some of which take long, are not let near it.
  const rules = circular ? [NoFragmentCyclesRule] : specifiedRules;
  const faults = validate(apiSchema, parsed, rules, { maxErrors: MOST_VALIDATION_ERRORS, hideSuggestions });
  // graphql gives up where fields of the same name would have to be compared too often.
  if (faults.some(({ message }) => message === ABORTED))
    throw tooLarge('It selects the same fields in too many places.');
  if (faults.length > 0) throw rejected('GRAPHQL_VALIDATION_FAILED', faults);
  const wanted = incremental ? parsed : withoutDefer(parsed);
  const { document, clientNames } = separateNames(wanted, internalFields);
  const shared = {
    source: text,
    hash: createHash('sha256').update(text).digest('hex'),
    document,
    text: document === parsed ? text : print(document),
    clientNames,
  };
  const operations = document.definitions
    .filter((definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION)
    .map((definition) => ({ ...shared, definition, name: definition.name?.value }));
  return { operations };
}

/** A server may send deferred fragments with the rest; to a client that takes no parts it has to. */
function withoutDefer(document: DocumentNode): DocumentNode {
  return visit(document, { Directive: ({ name }) => (name.value === 'defer' ? null : undefined) });
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

function parseWithinLimits(text: string, limits: DocumentLimits): { parsed: DocumentNode; circular: boolean } {
  try {
    checkTokens(text, limits);
    const parsed = parse(text);
    return { parsed, circular: checkSelections(parsed, limits) };
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
