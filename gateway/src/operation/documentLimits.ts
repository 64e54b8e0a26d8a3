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
import { countComparisons } from './countComparisons.js';

/** What an operation may have, checked before anything is done with it. */
export interface DocumentLimits {
  readonly characters: number;
  readonly tokens: number;
  readonly brackets: number;
  readonly depth: number;
  readonly selections: number;
  readonly aliases: number;
  readonly rootAliases: number;
  readonly rootFields: number;
  readonly directives: number;
  readonly directivesPerNode: number;
  readonly comparisons: number;
  readonly operations: number;
  readonly fragments: number;
  readonly variables: number;
  readonly nameLength: number;
}

/** The limits where the configuration names no others. */
export const documentLimits: DocumentLimits = {
  /** Of the text: comments and what is ignored are no tokens, but the lexer remembers them. */
  characters: 200_000,
  /** Lexical tokens; an operation of 10,000 is about 40 KB. */
  tokens: 10_000,
  /** Brackets open at the same time. graphql's parser is recursive and would run out of stack some thousands deep. */
  brackets: 200,
  /** Fields and fragment spreads inside each other. A full introspection query has 18. */
  depth: 60,
  /** Selections once every fragment is written out: a few fragments that spread each other twice grow to billions. */
  selections: 20_000,
  /** Fields under another name, once every fragment is written out: each may be another call of the same resolver. */
  aliases: 1_000,
  /** Of them those of the root, where one name for another is another fetch, or another try of the same mutation. */
  rootAliases: 100,
  /** Fields of the root, once every fragment is written out. */
  rootFields: 100,
  /** Uses of directives in the text. */
  directives: 500,
  directivesPerNode: 10,
  /** See `countComparisons`. Seventy fragments that select the same four fields of one object have some 10,000. */
  comparisons: 10_000,
  operations: 100,
  /** Fragments of a document: validation compares each with each where they are spread at one place. */
  fragments: 250,
  variables: 250,
  /** Validation compares a name that it does not know with all that it knows, letter by letter. */
  nameLength: 256,
};

const OPENING = new Set<string>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING = new Set<string>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Walks the text's tokens without recursion and throws OPERATION_TOO_LARGE, OPERATION_TOO_DEEP or TOO_MANY_DIRECTIVES where the parser must not be let near it.
 * A text that is not GraphQL throws graphql's syntax error.
 */
export function checkTokens(text: string, limits = documentLimits): void {
  if (text.length > limits.characters) throw tooLarge(`It has more than ${limits.characters} characters.`);
  const lexer = new Lexer(new Source(text));
  let open = 0;
  let directives = 0;
  for (let count = 0; lexer.advance().kind !== TokenKind.EOF; count += 1) {
    const { kind } = lexer.token;
    if (count >= limits.tokens) throw tooLarge(`It has more than ${limits.tokens} tokens.`);
    if (OPENING.has(kind)) open += 1;
    else if (CLOSING.has(kind)) open -= 1;
    else if (kind === TokenKind.AT) directives += 1;
    else if (kind === TokenKind.NAME && lexer.token.value.length > limits.nameLength)
      throw tooLarge(`It has a name of more than ${limits.nameLength} letters.`);
    if (open > limits.brackets) throw tooDeep(`It opens more than ${limits.brackets} brackets at the same time.`);
    if (directives > limits.directives) throw tooManyDirectives(`more than ${limits.directives} in all`);
  }
}

/**
 * Measures the document with its fragments written out, each fragment once, and throws OPERATION_TOO_DEEP, OPERATION_TOO_LARGE, TOO_MANY_ALIASES, TOO_MANY_ROOT_FIELDS or
 * TOO_MANY_DIRECTIVES. Returns whether fragments contain themselves: that is left to validation, which names them.
 */
export function checkSelections(document: DocumentNode, limits = documentLimits): boolean {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    if ('directives' in definition) checkDirectives(definition, limits);
  }
  if (fragments.size > limits.fragments) throw tooLarge(`It has more than ${limits.fragments} fragments.`);
  const measured = new Map<string, Extent>();
  const underWay = new Set<string>();
  let circular = false;

  function measure(set: SelectionSetNode | undefined, above: number): Extent {
    if (above > limits.depth) throw tooDeep(`It is nested more than ${limits.depth} levels deep.`);
    const extent = nothing();
    for (const selection of set?.selections ?? []) {
      checkDirectives(selection, limits);
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? measureFragment(selection.name.value, above)
          : measure(selection.selectionSet, above + 1);
      const aliased = selection.kind === Kind.FIELD && selection.alias ? 1 : 0;
      extent.height = Math.max(extent.height, inner.height + 1);
      extent.selections += inner.selections + 1;
      extent.aliases += inner.aliases + aliased;
      extent.fieldsHere += selection.kind === Kind.FIELD ? 1 : inner.fieldsHere;
      extent.aliasesHere += selection.kind === Kind.FIELD ? aliased : inner.aliasesHere;
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
    if (underWay.has(name)) {
      circular = true;
      return nothing();
    }
    underWay.add(name);
    const extent = measure(fragments.get(name)?.selectionSet, above + 1);
    underWay.delete(name);
    measured.set(name, extent);
    return extent;
  }

  let selections = 0;
  let aliases = 0;
  let operations = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    operations += 1;
    if (operations > limits.operations) throw tooLarge(`It has more than ${limits.operations} operations.`);
    const variables = definition.variableDefinitions ?? [];
    if (variables.length > limits.variables) throw tooLarge(`It has more than ${limits.variables} variables.`);
    for (const variable of variables) checkDirectives(variable, limits);
    const extent = measure(definition.selectionSet, 0);
    selections += extent.selections;
    aliases += extent.aliases;
    if (selections > limits.selections) {
      throw tooLarge(`It selects more than ${limits.selections} fields once its fragments are written out.`);
    }
    if (extent.aliasesHere > limits.rootAliases) throw tooManyAliases(`more than ${limits.rootAliases} at the root`);
    if (aliases > limits.aliases)
      throw tooManyAliases(`more than ${limits.aliases} in all, once its fragments are written out`);
    if (extent.fieldsHere > limits.rootFields) throw tooManyRootFields(limits.rootFields);
  }
  for (const name of fragments.keys()) measureFragment(name, 0);
  if (!circular && countComparisons(document, fragments, limits.comparisons) > limits.comparisons)
    throw tooLarge('It selects the same fields in too many places.');
  return circular;
}

interface Extent {
  height: number;
  selections: number;
  aliases: number;
  /** Fields of this very level, those of fragments on it included, and of them those with an alias. */
  fieldsHere: number;
  aliasesHere: number;
}

function nothing(): Extent {
  return { height: 0, selections: 0, aliases: 0, fieldsHere: 0, aliasesHere: 0 };
}

function checkDirectives(
  { directives }: { readonly directives?: readonly unknown[] | undefined },
  limits: DocumentLimits,
) {
  if (directives && directives.length > limits.directivesPerNode)
    throw tooManyDirectives(`more than ${limits.directivesPerNode} at one place`);
}

/** The refusal of an operation that is too large, for a reason that is a sentence. */
export function tooLarge(reason: string): RequestRefused {
  return new RequestRefused('OPERATION_TOO_LARGE', `The operation is too large: ${reason} Split it into several.`);
}

function tooDeep(reason: string): RequestRefused {
  return new RequestRefused('OPERATION_TOO_DEEP', `The operation is too deep: ${reason} Ask for less at once.`);
}

function tooManyAliases(reason: string): RequestRefused {
  return new RequestRefused(
    'TOO_MANY_ALIASES',
    `The operation has too many aliases: ${reason}. Ask for lists, or split it into several.`,
  );
}

function tooManyRootFields(most: number): RequestRefused {
  return new RequestRefused(
    'TOO_MANY_ROOT_FIELDS',
    `The operation has more than ${most} fields at the root. Split it into several.`,
  );
}

function tooManyDirectives(reason: string): RequestRefused {
  return new RequestRefused(
    'TOO_MANY_DIRECTIVES',
    `The operation uses too many directives: ${reason}. Leave out those that are not needed.`,
  );
}
