/** A request that is to be refused for how it is sent, or for asking for the schema. */
export interface RequestAttack {
  readonly code: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly search?: string;
}

const text = JSON.stringify({ query: '{ n }' });
const form = (type: string, body = text): RequestAttack => ({
  code: 'UNSUPPORTED_MEDIA_TYPE',
  method: 'POST',
  headers: { 'content-type': type },
  body,
});
const json = { 'content-type': 'application/json' };
const introspection = (query: string): RequestAttack => ({
  code: 'INTROSPECTION_REFUSED',
  method: 'POST',
  headers: json,
  body: JSON.stringify({ query }),
});

/** Attacks on a gateway with `INTROSPECTION=scope`, by somebody who has not the scope, or by a page of another origin. */
export const requestAttacks: Readonly<Record<string, RequestAttack>> = {
  'a form’s plain text': form('text/plain'),
  'plain text that says that it is JSON': form('text/plain; application/json'),
  'plain text with JSON as its charset': form('text/plain; charset=application/json'),
  'a form': form('application/x-www-form-urlencoded', `query=${encodeURIComponent('{ n }')}`),
  'a form of several parts': form(
    'multipart/form-data; boundary=x',
    `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${text}\r\n--x--`,
  ),
  'a body of GraphQL': form('application/graphql', '{ n }'),
  'JSON of another kind': form('application/problem+json'),
  'no content type': { ...form(''), headers: {} },
  'a GET that a page could have caused': { code: 'CSRF_PREVENTED', search: '?query=%7Bn%7D' },
  'a GET with a form’s content type': {
    code: 'CSRF_PREVENTED',
    headers: { 'content-type': 'text/plain' },
    search: '?query=%7Bn%7D',
  },
  'a mutation by GET': {
    code: 'METHOD_NOT_ALLOWED',
    headers: json,
    search: `?query=${encodeURIComponent('mutation { guess(pin: 1) }')}`,
  },
  'asking for the schema': introspection('{ __schema { types { name } } }'),
  'asking for the schema beside something else': introspection('{ n s: __schema { queryType { name } } }'),
  'asking for a type': introspection('{ __type(name: "Node") { fields { name } } }'),
  'asking for the schema in fragments': introspection(
    '{ ...A } fragment A on Query { ... { ...B } } fragment B on Query { __type(name: "Node") { name } }',
  ),
  'asking for the schema where a condition leaves it out': {
    ...introspection(''),
    body: JSON.stringify({
      query: 'query ($no: Boolean!) { n __schema @include(if: $no) { types { name } } }',
      variables: { no: true },
    }),
  },
  'asking for the schema in circles': {
    ...introspection(`{ __schema { types { ${'fields { type { '.repeat(4)}name${' } }'.repeat(4)} } } }`),
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  'asking for the schema by GET': {
    code: 'INTROSPECTION_REFUSED',
    headers: json,
    search: `?query=${encodeURIComponent('{ __schema { types { name } } }')}`,
  },
};
