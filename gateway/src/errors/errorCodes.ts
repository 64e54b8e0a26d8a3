/**
 * Every code that the gateway itself answers with. `status` is the HTTP status of a response without `data`;
 * `legacyStatus` the one under `application/json`, where the GraphQL-over-HTTP specification (6.4.1) wants 200 for a request
 * whose body was understood but whose operation was not. Codes of subgraphs pass through and are not listed here.
 */
export const errorCodes = {
  BAD_REQUEST: { status: 400, meaning: 'The body or the query string is not what a request has to be.' },
  BODY_TOO_DEEP: { status: 400, meaning: 'Variables or extensions are nested deeper than the limit.' },
  PAYLOAD_TOO_LARGE: { status: 413, meaning: 'The body is larger than the limit.' },
  URI_TOO_LONG: { status: 414, meaning: 'Path and query string of a REST request are longer than the limit.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, meaning: 'The body is not application/json.' },
  NOT_ACCEPTABLE: { status: 406, meaning: 'The Accept header names no type that GraphQL responses come in.' },
  METHOD_NOT_ALLOWED: { status: 405, meaning: 'The HTTP method does not fit, or a mutation was sent by GET.' },
  NOT_FOUND: { status: 404, meaning: 'There is nothing at this path, or nothing of this id that the caller may see.' },
  BATCHING_NOT_SUPPORTED: {
    status: 400,
    meaning: 'The body is a list of operations, which this gateway does not take.',
  },
  BATCH_TOO_LARGE: { status: 400, meaning: 'The body is a list of more operations than the limit.' },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    status: 400,
    legacyStatus: 200,
    meaning: 'Only a hash was sent, and texts cannot be registered here.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    status: 404,
    legacyStatus: 200,
    meaning: 'The id or hash names none of the operations that the caller may run.',
  },
  PERSISTED_QUERY_ID_REQUIRED: {
    status: 403,
    meaning: 'The caller may run persisted operations only, and has sent a text.',
  },
  PERSISTED_QUERY_HASH_MISMATCH: { status: 400, meaning: 'The hash that came with a text is not that of the text.' },
  CLIENTS_UNAVAILABLE: { status: 503, meaning: "The clients' keys and operations have not been read yet." },
  CSRF_PREVENTED: { status: 400, meaning: 'A GET that a foreign page could have caused without the user knowing.' },
  UNAUTHENTICATED: { status: 401, meaning: 'The bearer token, the key or the ticket is not valid.' },
  IDENTITY_UNAVAILABLE: { status: 503, meaning: "The token issuer's keys cannot be fetched at the moment." },
  UNAUTHORIZED_FIELD_OR_TYPE: {
    status: 403,
    legacyStatus: 200,
    meaning: 'The schema requires rights for this field or its type that the caller does not have.',
  },
  INTROSPECTION_REFUSED: {
    status: 403,
    legacyStatus: 200,
    meaning: 'The operation asks for the schema, which takes a scope that the caller does not have.',
  },
  OPERATION_TOO_LARGE: { status: 400, meaning: 'The operation has more tokens or selections than the limit.' },
  OPERATION_TOO_DEEP: { status: 400, meaning: 'The operation is nested deeper than the limit.' },
  TOO_MANY_ALIASES: { status: 400, meaning: 'The operation has more aliases than the limit, at the root or in all.' },
  TOO_MANY_ROOT_FIELDS: { status: 400, meaning: 'The operation has more fields at the root than the limit.' },
  TOO_MANY_DIRECTIVES: {
    status: 400,
    meaning: 'The operation has more directives than the limit, at one place or in all.',
  },
  TOO_MANY_VALUES: { status: 413, meaning: 'The body or a parameter has more values in its JSON than the limit.' },
  COST_ESTIMATED_TOO_EXPENSIVE: {
    status: 400,
    meaning: 'The operation is estimated to cost more than its sender may spend on one.',
  },
  SLICING_ARGUMENT_REQUIRED: {
    status: 400,
    meaning: 'A list that needs exactly one argument that bounds its size has none, or several.',
  },
  RATE_LIMITED: { status: 429, meaning: 'The identity or the address has spent its points for the time being.' },
  GRAPHQL_PARSE_FAILED: { status: 400, legacyStatus: 200, meaning: 'The operation is not GraphQL.' },
  GRAPHQL_VALIDATION_FAILED: { status: 400, legacyStatus: 200, meaning: 'The operation does not fit the schema.' },
  OPERATION_RESOLUTION_FAILURE: {
    status: 400,
    legacyStatus: 200,
    meaning: 'The document has no operation of the given name, or several and no name was given.',
  },
  OPERATION_NOT_SUPPORTED: { status: 400, legacyStatus: 200, meaning: 'Subscriptions are not served on this way.' },
  TOO_MANY_SUBSCRIPTIONS: {
    status: 429,
    meaning: 'More subscriptions than the limit, of this connection, identity or process.',
  },
  TOO_MANY_CONNECTIONS: { status: 503, meaning: 'More live connections than the limit, of this identity or process.' },
  INVALID_CURSOR: {
    status: 400,
    meaning: 'The cursor was not made by this graph, or for another subscription or subscriber.',
  },
  EVENTS_UNAVAILABLE: { status: 503, meaning: 'The events of this subscription cannot be had from this gateway.' },
  SUBSCRIPTION_INVALID: { status: 400, meaning: 'A running subscription does not fit the schema that is served now.' },
  SUBSCRIPTION_GAP: { status: 200, meaning: 'Events may be missing before this one: the subgraph was away.' },
  BAD_USER_INPUT: {
    status: 400,
    legacyStatus: 200,
    meaning: 'A variable or parameter is missing, unknown, or has a value that its type does not allow.',
  },
  PLANNING_TIMEOUT: { status: 400, legacyStatus: 200, meaning: 'Planning the operation took longer than the limit.' },
  PLANNING_FAILED: { status: 500, meaning: 'The planner found no way to answer a valid operation.' },
  PLANNER_BUSY: { status: 503, meaning: 'Too many operations that have not been seen before wait to be planned.' },
  SUBGRAPH_UNAVAILABLE: { status: 200, meaning: 'A subgraph could not be reached or answered with a server error.' },
  SUBGRAPH_TIMEOUT: { status: 200, meaning: 'A subgraph did not answer within the time limit.' },
  SUBGRAPH_OVERLOADED: { status: 200, meaning: 'Too many requests wait for a connection to a subgraph.' },
  SUBGRAPH_RESPONSE_TOO_LARGE: { status: 200, meaning: 'A subgraph answered with more than the limit.' },
  SUBGRAPH_REFUSED: { status: 200, meaning: 'A subgraph does not accept the token of this gateway.' },
  SUBGRAPH_INVALID_RESPONSE: { status: 200, meaning: 'A subgraph answered with something that is not GraphQL.' },
  DOWNSTREAM_SERVICE_ERROR: { status: 200, meaning: 'A subgraph reported an error without a code of its own.' },
  SUBGRAPH_INVALID_VALUE: {
    status: 200,
    meaning: 'A subgraph gave a value that is not of the type its schema promises.',
  },
  NULL_IN_NON_NULL_FIELD: { status: 200, meaning: 'A subgraph left out a value that its schema promises.' },
  SHUTTING_DOWN: { status: 503, meaning: 'This process is about to end.' },
  INTERNAL_SERVER_ERROR: { status: 500, meaning: 'A fault on our side; report it with the request id.' },
} as const satisfies Record<string, { status: number; legacyStatus?: number; meaning: string }>;

export type ErrorCode = keyof typeof errorCodes;
