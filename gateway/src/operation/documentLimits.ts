import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  Lexer,
  type SelectionSetNode,
  Source,
  TokenKind,
} from 'graphql';
import { RequestRefused } from '../errors/requestRefused.js';

/** What an operation may cost before anything is done with it. */
export const documentLimits = {
  /** Lexical tokens; an operation of 10,000 is about 40 KB. */
  tokens: 10_000,
  /** Brackets open at the same time. graphql's parser is recursive and would run out of stack some thousands deep. */
  brackets: 200,
  /** Fields and fragment spreads inside each other. A full introspection query has 18. */
  depth: 60,
  /** Selections once every fragment is written out: a few fragments that spread each other twice grow to billions. */
  selections: 20_000,
};

const OPENING = new Set<string>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING = new Set<string>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Walks the text's tokens without recursion and throws OPERATION_TOO_LARGE or OPERATION_TOO_DEEP where the parser must not be let near it.
 * A text that is not GraphQL throws graphql's syntax error.
 */
export function checkTokens(text: string, limits = documentLimits): void {
  const lexer = new Lexer(new Source(text));
  let open = 0;
  for (let count = 0; lexer.advance().kind !== TokenKind.EOF; count += 1) {
    const { kind } = lexer.token;
    if (count >= limits.tokens) throw tooLarge(`It has more than ${limits.tokens} tokens.`);
    if (OPENING.has(kind)) open += 1;
    else if (CLOSING.has(kind)) open -= 1;
    if (open > limits.brackets) throw tooDeep(`It opens more than ${limits.brackets} brackets at the same time.`);
  }
}

/**
 * Measures the document with its fragments written out, each fragment once, and throws OPERATION_TOO_DEEP or OPERATION_TOO_LARGE. Fragments that
 * contain themselves are left to validation, which names them.
 */
export function checkSelections(document: DocumentNode, limits = documentLimits): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, Extent>();
  const underWay = new Set<string>();

  function measure(set: SelectionSetNode | undefined, above: number): Extent {
    if (above > limits.depth) throw tooDeep(`It is nested more than ${limits.depth} levels deep.`);
    const extent: Extent = { height: 0, selections: 0 };
    for (const selection of set?.selections ?? []) {
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? measureFragment(selection.name.value, above)
          : measure(selection.selectionSet, above + 1);
      extent.height = Math.max(extent.height, inner.height + 1);
      extent.selections += inner.selections + 1;
    }
    return extent;
  }

  function measureFragment(name: string, above: number): Extent {
    const known = measured.get(name);
    if (known) {
      if (above + 1 + known.height > limits.depth + 1)
        throw tooDeep(`It is nested more than ${limits.depth} levels deep.`);
      return known;
    }
    if (underWay.has(name)) return { height: 0, selections: 0 };
    underWay.add(name);
    const extent = measure(fragments.get(name)?.selectionSet, above + 1);
    underWay.delete(name);
    measured.set(name, extent);
    return extent;
  }

  let selections = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    selections += measure(definition.selectionSet, 0).selections;
    if (selections > limits.selections) {
      throw tooLarge(`It selects more than ${limits.selections} fields once its fragments are written out.`);
    }
  }
}

interface Extent {
  height: number;
  selections: number;
}

function tooLarge(reason: string): RequestRefused {
  return new RequestRefused('OPERATION_TOO_LARGE', `The operation is too large: ${reason} Split it into several.`);
}

function tooDeep(reason: string): RequestRefused {
  return new RequestRefused('OPERATION_TOO_DEEP', `The operation is too deep: ${reason} Ask for less at once.`);
}
