import type { IncomingHttpHeaders } from 'node:http';
import { RequestRefused } from '../errors/requestRefused.js';

/** Headers that a page of another origin can send only after a preflight, which is answered only for the origins in CORS_ORIGINS. */
const TELLING = ['graphql-require-preflight', 'apollo-require-preflight', 'x-apollo-operation-name'];
/** The content types that a form or a script of another origin can send without a preflight (Fetch standard, "CORS-safelisted"). */
const SIMPLE_TYPES = new Set(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']);

/**
 * Refuses a GET that a foreign page could have caused with the user's cookies and network position, and whose duration it could measure. POST
 * needs no such check: its content type has to be application/json, which is never sent without a preflight.
 */
export function preventCsrf(headers: IncomingHttpHeaders): void {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type && !SIMPLE_TYPES.has(type)) return;
  if (TELLING.some((name) => headers[name])) return;
  throw new RequestRefused(
    'CSRF_PREVENTED',
    'Send a GET with the header "content-type: application/json" or "graphql-require-preflight: true", or use POST.',
  );
}
