/** A request that is to be refused before it costs anything worth speaking of. */
export interface Attack {
  readonly code: string;
  readonly body?: string;
  /** The query string of a GET, in place of a body. */
  readonly search?: string;
}

const operation = (query: string, variables?: unknown): string => JSON.stringify({ query, variables });
const times = (count: number, write: (index: number) => string, between = ' '): string =>
  Array.from({ length: count }, (_, index) => write(index)).join(between);
/** JSON that `JSON.stringify` would not write. */
const withVariables = (json: string): string =>
  `{"query":"query ($f: Filter) { search(filter: $f) }","variables":${json}}`;

/** Attacks on whatever reads, validates and measures operations, against the graph of `limitAttacks.int.test.ts`. */
export const limitAttacks: Readonly<Record<string, Attack>> = {
  'aliases at the root': { code: 'TOO_MANY_ALIASES', body: operation(`{ ${times(101, (n) => `a${n}: n`)} }`) },
  'aliases at the root, of a mutation': {
    code: 'TOO_MANY_ALIASES',
    body: operation(`mutation { ${times(1_000, (n) => `a${n}: guess(pin: ${n})`)} }`),
  },
  'aliases below': { code: 'TOO_MANY_ALIASES', body: operation(`{ node { ${times(1_001, (n) => `a${n}: n`)} } }`) },
  'aliases that fragments multiply': {
    code: 'TOO_MANY_ALIASES',
    body: operation(
      `{ node { ${times(40, (n) => `n${n}: node { ...A }`)} } } fragment A on Node { ${times(30, (n) => `a${n}: n`)} }`,
    ),
  },
  'aliases at the root, in fragments': {
    code: 'TOO_MANY_ALIASES',
    body: operation(
      `{ ...A ... { ...B } } fragment A on Query { ${times(60, (n) => `a${n}: n`)} } fragment B on Query { ${times(60, (n) => `b${n}: n`)} }`,
    ),
  },
  'fields of the root': {
    code: 'TOO_MANY_ROOT_FIELDS',
    body: operation(
      `{ ${times(50, () => 'n node { n }')} ${times(30, (n) => `...F${n}`)} } ${times(30, (n) => `fragment F${n} on Query { n }`)}`,
    ),
  },
  'fragments that double each other': {
    code: 'OPERATION_TOO_LARGE',
    body: operation(
      `{ node { ...F0 } } ${times(20, (n) => `fragment F${n} on Node { ...F${n + 1} ... { ...F${n + 1} } }`)} fragment F20 on Node { n }`,
    ),
  },
  'fragments that double each other, deep': {
    code: 'OPERATION_TOO_DEEP',
    body: operation(
      `{ node { ...F0 } } ${times(60, (n) => `fragment F${n} on Node { node { ...F${n + 1} } n }`)} fragment F60 on Node { n }`,
    ),
  },
  'a deep operation': {
    code: 'OPERATION_TOO_DEEP',
    body: operation(`${'{ node '.repeat(61)} { n } ${'}'.repeat(61)}`),
  },
  'brackets for a recursive parser': { code: 'OPERATION_TOO_DEEP', body: operation('{ a '.repeat(4_900)) },
  'lists in lists for a recursive parser': {
    code: 'OPERATION_TOO_DEEP',
    body: operation(`{ search(filter: ${'['.repeat(9_000)}`),
  },
  'a fragment that contains itself': {
    code: 'GRAPHQL_VALIDATION_FAILED',
    body: operation('{ node { ...F } } fragment F on Node { node { ...F } }'),
  },
  'fragments in a large circle': {
    code: 'OPERATION_TOO_LARGE',
    body: operation(`{ ...F0 } ${times(900, (n) => `fragment F${n} on Query { n ...F${(n + 1) % 900} }`)}`),
  },
  'fragments in a circle': {
    code: 'GRAPHQL_VALIDATION_FAILED',
    body: operation(`{ ...F0 } ${times(50, (n) => `fragment F${n} on Query { n ...F${(n + 1) % 50} }`)}`),
  },
  'fragments that all contain all': {
    code: 'OPERATION_TOO_LARGE',
    body: operation(`{ ...F0 } ${times(55, (n) => `fragment F${n} on Query { ${times(55, (m) => `...F${m}`)} }`)}`),
  },
  'fragments to compare with each other': {
    code: 'OPERATION_TOO_LARGE',
    body: operation(
      `{ node { ${times(600, (n) => `...F${n}`)} } } ${times(600, (n) => `fragment F${n} on Node { n node { n } }`)}`,
    ),
  },
  'as many fragments as there may be to compare with each other': {
    code: 'OPERATION_TOO_LARGE',
    body: operation(
      `{ node { ${times(250, (n) => `...F${n}`)} } } ${times(250, (n) => `fragment F${n} on Node { n node { ${n === 249 ? 'n: node { n }' : 'n'} } }`)}`,
    ),
  },
  'fragments that nobody spreads to compare with each other': {
    code: 'OPERATION_TOO_LARGE',
    body: operation(`{ n } fragment F on Node { ${times(240, () => 'node { n }')} }`),
  },
  'a fragment that nobody spreads that contains itself': {
    code: 'GRAPHQL_VALIDATION_FAILED',
    body: operation('{ n } fragment F on Node { node { ...F } other: node { ...F } }'),
  },
  'fragments in fragments that are each looked at': {
    code: 'OPERATION_TOO_LARGE',
    body: operation(
      `{ node { ...F0 } } ${times(25, (n) => `fragment F${n} on Node { node { ${times(2, (m) => `...F${n + 1 + m}`)} } n }`)}`,
    ),
  },
  'as many fields as there may be to compare with each other': {
    code: 'GRAPHQL_VALIDATION_FAILED',
    body: operation(`{ node { ${times(10, () => `node { ${times(9, () => 'node { n }')} unknown }`)} } }`),
  },
  'fields to compare with each other': {
    code: 'OPERATION_TOO_LARGE',
    body: operation(`{ node { ${times(2_400, () => 'node { n }')} } }`),
  },
  'inline fragments to compare with each other': {
    code: 'OPERATION_TOO_LARGE',
    body: operation(`{ node { ${times(1_600, () => '... { node { n } }')} } }`),
  },
  '100,000 tokens': { code: 'OPERATION_TOO_LARGE', body: operation(`{ node { ${'!'.repeat(100_000)} } }`) },
  'a large text without tokens': { code: 'OPERATION_TOO_LARGE', body: operation(' ,#\n'.repeat(200_000)) },
  'comments as many as there may be': { code: 'GRAPHQL_PARSE_FAILED', body: operation('#\n'.repeat(99_990)) },
  'a huge list in the text': {
    code: 'OPERATION_TOO_LARGE',
    body: operation(`{ search(filter: { ids: [${'1 '.repeat(200_000)}] }) }`),
  },
  'a large list of what does not fit': {
    code: 'GRAPHQL_VALIDATION_FAILED',
    body: operation(`{ search(filter: { ids: [${'true '.repeat(9_900)}] }) }`),
  },
  'a huge list of numbers in the variables': {
    code: 'TOO_MANY_VALUES',
    body: withVariables(`{"f":{"ids":[${times(500_000, () => '1', ',')}]}}`),
  },
  'a huge list of objects in the variables': {
    code: 'TOO_MANY_VALUES',
    body: withVariables(`{"f":{"and":[${times(300_000, () => '{}', ',')}]}}`),
  },
  'a list as large as it may be of what does not fit': {
    code: 'BAD_USER_INPUT',
    body: withVariables(`{"f":{"ids":[${times(49_000, () => 'true', ',')}]}}`),
  },
  'objects as many as they may be of what does not fit': {
    code: 'BAD_USER_INPUT',
    body: withVariables(`{"f":{"and":[${times(24_000, () => '{"x":1}', ',')}]}}`),
  },
  'deep variables': {
    code: 'BODY_TOO_DEEP',
    body: withVariables(`{"f":${'{"and":['.repeat(20_000)}${']}'.repeat(20_000)}}`),
  },
  'a name that is a megabyte long': { code: 'OPERATION_TOO_LARGE', body: operation(`{ ${'a'.repeat(1_000_000)} }`) },
  'long names that nobody knows': {
    code: 'GRAPHQL_VALIDATION_FAILED',
    body: operation(`{ node { ${times(700, (n) => `${'a'.repeat(250)}${n}`)} } }`),
  },
  'variables that nobody knows': {
    code: 'GRAPHQL_VALIDATION_FAILED',
    body: operation(
      `{ ${times(45, (n) => `a${n}: search(filter: $v${n})`)} node { ${times(900, (n) => `b${n}: n`)} } }`,
    ),
  },
  'very many definitions of variables': {
    code: 'OPERATION_TOO_LARGE',
    body: operation(`query (${times(2_400, (n) => `$v${n}: Int`)}) { n }`),
  },
  'very many operations': { code: 'OPERATION_TOO_LARGE', body: operation(times(1_900, (n) => `query Q${n} { n }`)) },
  'directives at one place': {
    code: 'TOO_MANY_DIRECTIVES',
    body: operation(`{ n ${'@include(if: true) '.repeat(11)} }`),
  },
  'directives in all': {
    code: 'TOO_MANY_DIRECTIVES',
    body: operation(`{ node { ${times(501, () => 'n @a')} } }`),
  },
  'directives nobody knows': { code: 'TOO_MANY_DIRECTIVES', body: operation(`{ n ${'@a '.repeat(4_900)} }`) },
  'directives of operations and variables': {
    code: 'TOO_MANY_DIRECTIVES',
    body: operation(`query ($a: Int ${'@a '.repeat(11)}) { n }`),
  },
  'a list of operations': { code: 'BATCHING_NOT_SUPPORTED', body: `[${times(1_000, () => operation('{ n }'), ',')}]` },
  'a body beyond the limit': { code: 'PAYLOAD_TOO_LARGE', body: operation(`{ n } # ${' '.repeat(1024 * 1024)}`) },
  '__proto__ in the variables': { code: 'BAD_REQUEST', body: withVariables('{"__proto__": {"isAdmin": true}}') },
  '__proto__ deep in the variables': { code: 'BAD_REQUEST', body: withVariables('{"f": [{"\\u005f_proto__": 1}]}') },
  'constructor.prototype in the variables': {
    code: 'BAD_REQUEST',
    body: withVariables('{"f": {"constructor": {"prototype": {"a": 1}}}}'),
  },
  '__proto__ in the variables of a GET': {
    code: 'BAD_REQUEST',
    search: `?query={n}&variables=${encodeURIComponent('{"f": {"__proto__": {"isAdmin": true}}}')}`,
  },
  '__proto__ in the extensions of a GET': {
    code: 'BAD_REQUEST',
    search: `?query={n}&extensions=${encodeURIComponent('{"__proto__": {"plan": true}}')}`,
  },
  'constructor.prototype in the variables of a GET': {
    code: 'BAD_REQUEST',
    search: `?query={n}&variables=${encodeURIComponent('{"constructor": {"prototype": {}}}')}`,
  },
};
