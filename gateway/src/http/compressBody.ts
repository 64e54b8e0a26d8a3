import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import Negotiator from 'negotiator';
import type { Json } from '../compile/jsonOutput.js';

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** Brotli at 4 takes about the time of gzip at 6 and leaves less; its default of 11 is for files that are compressed once. */
const BROTLI_QUALITY = 4;

/** In our order among those that the client likes equally well: browsers name gzip first and mean nothing by it. */
const OFFERED = ['br', 'gzip', 'identity'];

/** The part of negotiator that its types leave out. */
interface Encodings {
  encoding(offered: readonly string[], options: { preferred: readonly string[] }): string | undefined;
}

export interface Compressed {
  readonly body: Buffer;
  readonly encoding: 'br' | 'gzip';
}

/** Compresses a body for a client that takes Brotli or gzip, off the event loop; undefined when it takes neither, or prefers the body as it is. */
export async function compressBody(body: Json, acceptEncoding: string): Promise<Compressed | undefined> {
  const negotiator: Encodings = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } });
  const encoding = negotiator.encoding(OFFERED, { preferred: OFFERED });
  if (encoding === 'br') {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    };
    return { body: await brotli(body, { params }), encoding };
  }
  return encoding === 'gzip' ? { body: await zip(body), encoding } : undefined;
}
