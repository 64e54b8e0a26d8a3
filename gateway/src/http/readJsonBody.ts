import type { IncomingMessage } from 'node:http';
import { parse } from 'secure-json-parse';
import { RequestRefused } from '../errors/requestRefused.js';
import { checkJsonValues } from '../limits/jsonValues.js';

/** Bytes that a client may send at once, whatever it sends them by. */
export const BODY_LIMIT = 1024 * 1024;
const GRAPHQL_FORM = 'The body has to be JSON of the form {"query", "variables", "operationName"}.';

/**
 * Reads a request's body as JSON. Throws `RequestRefused`: UNSUPPORTED_MEDIA_TYPE when it is not called application/json (browsers send other types from any page without
 * asking first), PAYLOAD_TOO_LARGE, TOO_MANY_VALUES, or BAD_REQUEST when it is no JSON or names a prototype. `form`: the sentence that says what the body has to be.
 */
export function readJsonBody(request: IncomingMessage, form = GRAPHQL_FORM): Promise<unknown> {
  const type = request.headers['content-type'];
  if (type !== 'application/json' && type?.split(';', 1)[0]?.trim().toLowerCase() !== 'application/json')
    throw new RequestRefused('UNSUPPORTED_MEDIA_TYPE', 'Send the body as "content-type: application/json".');
  if (request.headers['content-encoding'] !== undefined)
    throw new RequestRefused('UNSUPPORTED_MEDIA_TYPE', 'Send the body as it is, without a content-encoding.');
  return readText(request).then((text) => parseJson(text, form));
}

function parseJson(text: string, form: string): unknown {
  checkJsonValues(text);
  try {
    return parse(text);
  } catch {
    throw new RequestRefused('BAD_REQUEST', form);
  }
}

function readText(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const tooLarge = () =>
      reject(
        new RequestRefused(
          'PAYLOAD_TOO_LARGE',
          `The body is larger than ${BODY_LIMIT / 1024 / 1024} MB. Send less at once.`,
          { headers: { connection: 'close' } },
        ),
      );
    if (Number(request.headers['content-length']) > BODY_LIMIT) {
      tooLarge();
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BODY_LIMIT) chunks.push(chunk);
      else tooLarge();
    });
    request.on('end', () => {
      const [only] = chunks;
      resolve((chunks.length === 1 && only ? only : Buffer.concat(chunks)).toString());
    });
    request.on('error', (cause) =>
      reject(new RequestRefused('BAD_REQUEST', 'The body did not come to its end.', { cause })),
    );
  });
}
