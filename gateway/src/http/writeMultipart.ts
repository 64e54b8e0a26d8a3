import type { ServerResponse } from 'node:http';
import type { OperationResponse } from '../execute/executeOperation.js';
import type { RequestTrail } from './requestTrail.js';
import { securityHeaders } from './writeResponse.js';

/** Apollo Client refuses parts of any other type, `application/graphql-response+json` included, even when it accepts that for a whole response. */
const HEAD = '\r\ncontent-type: application/json; charset=utf-8\r\n\r\n';

/**
 * Writes a response in parts: the first at once, what is deferred as it becomes ready, in the form of `deferSpec=20220824` that Apollo Client reads. Returns the codes of the
 * errors in all the parts. Ends early when the client goes away.
 */
export async function writeMultipart(
  response: ServerResponse,
  { id, told }: Pick<RequestTrail, 'id' | 'told'>,
  { json, codes, later }: OperationResponse,
): Promise<string[]> {
  response.writeHead(200, {
    ...securityHeaders,
    ...told,
    'x-request-id': id,
    'content-type': 'multipart/mixed; boundary="-"; deferSpec=20220824',
    'cache-control': 'no-store',
    // Proxies that collect responses would undo the purpose.
    'x-accel-buffering': 'no',
  });
  const all = [...codes];
  response.write(`\r\n---${HEAD}${json}\r\n---`);
  for await (const part of later ?? []) {
    if (response.destroyed) return all;
    all.push(...part.codes);
    if (!response.write(`${HEAD}${part.json}\r\n---`)) await drained(response);
  }
  response.end('--\r\n');
  return all;
}

/** Waits until more can be written, or nobody reads any more. */
export function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}
