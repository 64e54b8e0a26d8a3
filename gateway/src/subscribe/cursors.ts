import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { StreamPosition } from '../eventSource/eventStreams.js';
import type { SigningKey } from '../identity/signingKey.js';

/** A cursor is a position of a stream, its epoch, and a mark that only holders of the key can make. */
export interface Cursors {
  /** Makes the cursor of a position, for one scope: see `read`. */
  sign(at: Required<StreamPosition>, scope: string): string;
  /** The position that a cursor stands for; undefined where it was not made by this graph or not for this scope (another subscriber, another subscription). */
  read(cursor: string, scope: string): StreamPosition | undefined;
}

/** Positions are numbers of 48 bits, epochs of 32. */
const POSITION_BYTES = 10;
const MARK_BYTES = 14;
const LENGTH = ((POSITION_BYTES + MARK_BYTES) * 4) / 3;

/** Cursors of 32 characters: the position and 112 bits of HMAC-SHA256 over it and the scope. */
export function createCursors(key: Buffer): Cursors {
  const mark = (position: Buffer, scope: string) =>
    createHmac('sha256', key).update(position).update(scope).digest().subarray(0, MARK_BYTES);
  return {
    sign({ position, epoch = 0 }, scope) {
      const bytes = Buffer.alloc(POSITION_BYTES);
      bytes.writeUIntBE(position, 0, 6);
      bytes.writeUInt32BE(epoch, 6);
      return Buffer.concat([bytes, mark(bytes, scope)]).toString('base64url');
    },
    read(cursor, scope) {
      if (cursor.length !== LENGTH) return undefined;
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.length !== POSITION_BYTES + MARK_BYTES) return undefined;
      const position = bytes.subarray(0, POSITION_BYTES);
      if (!timingSafeEqual(bytes.subarray(POSITION_BYTES), mark(position, scope))) return undefined;
      return { position: position.readUIntBE(0, 6), epoch: position.readUInt32BE(6) };
    },
  };
}

/**
 * The key of cursors and tickets: the one that is configured, else one derived from the gateway's signing key, which all its processes have, else a random one, with which a cursor is good until
 * the process ends.
 */
export function cursorKeyOf(configured: Buffer | undefined, signingKey: SigningKey | undefined): Buffer {
  if (configured) return configured;
  if (!signingKey) return randomBytes(32);
  return Buffer.from(hkdfSync('sha256', Buffer.from(signingKey.d, 'base64url'), '', 'leadgraph cursors', 32));
}
