import { problemOf } from '../problem.js';
import { IDEMPOTENCY_VARIABLE } from '../readInputs.js';
import type { RestOperation } from '../restOperation.js';
import type { JsonSchema } from '../scalarSchemas.js';
import { statusOfCode, titleOfCode } from '../statusOfCode.js';

/** The schema of problem documents. */
export const problemSchema: JsonSchema = {
  type: 'object',
  description: 'A problem (RFC 9457).',
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'Identifies the kind of problem.' },
    title: { type: 'string', description: 'What kind of problem it is, the same each time.' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'What went wrong this time, and what to do.' },
    instance: { type: 'string', format: 'uri-reference', description: 'This very problem: the request id as a URN.' },
    code: { type: 'string', description: 'What a program goes by.' },
    requestId: { type: 'string', description: 'To be told when the problem is reported.' },
    retryable: { type: 'boolean', description: 'Whether the same request may succeed later.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          code: { type: 'string' },
          detail: { type: 'string' },
          path: { type: 'array', items: { type: ['string', 'integer'] }, description: 'Where in the answer.' },
          parameter: { type: 'string', description: 'The parameter of the path or the query string.' },
          pointer: { type: 'string', description: 'The place in the body: a JSON Pointer as a fragment.' },
          header: { type: 'string' },
          details: { type: 'object' },
        },
        required: ['code', 'detail'],
      },
    },
    data: { description: 'What there is of the answer in spite of the errors.' },
  },
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'requestId', 'retryable', 'errors'],
};

const anywhere = [
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'INTERNAL_SERVER_ERROR',
  'SUBGRAPH_INVALID_RESPONSE',
  'SERVICE_UNAVAILABLE',
];

/** The codes that an operation may answer with, by status; 422 is for codes that nobody gave a status. */
export function problemCodes(operation: RestOperation): Map<number, string[]> {
  const { statuses, hasBody, variables, route, nullIsMissing } = operation;
  const keyed = variables.some(({ name }) => name === IDEMPOTENCY_VARIABLE);
  const codes = new Set([
    ...anywhere,
    ...(hasBody ? ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] : []),
    // What stands in a body may name what is not there.
    ...(nullIsMissing || hasBody || route.path.includes(':') ? ['NOT_FOUND'] : []),
    ...(keyed ? ['CONFLICT', 'IDEMPOTENCY_KEY_REUSED'] : []),
    ...Object.keys(statuses),
  ]);
  const byStatus = new Map<number, string[]>();
  for (const code of codes) {
    const status = statusOfCode(code, statuses);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  if (!byStatus.has(422)) byStatus.set(422, []);
  return new Map([...byStatus].sort(([one], [other]) => one - other));
}

/** The response of one status. */
export function problemResponse(status: number, codes: readonly string[], prefix: string): JsonSchema {
  const [code = 'UNPROCESSABLE'] = codes;
  const lines = codes.map((each) => `- \`${each}\`: ${titleOfCode(each)}`);
  const example = {
    ...problemOf([{ message: titleOfCode(code), extensions: { code } }], {
      requestId: '01890a5d-ac96-774b-bcce-b302099a8057',
      prefix,
      statuses: { [code]: status },
    }),
  };
  return {
    description: [
      'A problem.',
      ...(lines.length > 0 ? [lines.join('\n')] : ['Refused by the rules of what it is about; `code` says which.']),
    ].join('\n\n'),
    ...((status === 429 || status === 503) && {
      headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } },
    }),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, example } },
  };
}
