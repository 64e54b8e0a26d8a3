import type { StreamEvent } from '../eventStreams.js';

/** A message as a stream delivers it. */
export interface StreamMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  /** Its sequence in the stream. */
  readonly position: number;
}

const decoder = new TextDecoder();

/** The event in a message; undefined where the message is no valid envelope. */
export function readEvent({ data, position }: StreamMessage, replayed: boolean): StreamEvent | undefined {
  const message = parseObject(data);
  if (!message) return undefined;
  const { id, type, kind, occurredAt, entities } = message;
  if (typeof id !== 'string' || id === '' || typeof type !== 'string' || type === '') return undefined;
  if (kind !== undefined && kind !== null && typeof kind !== 'string') return undefined;
  const happened = typeof occurredAt === 'string' ? Date.parse(occurredAt) : Number.NaN;
  if (Number.isNaN(happened) || !Array.isArray(entities) || !entities.every(isEntity)) return undefined;
  return {
    id,
    position,
    kind: kind || type.slice(type.lastIndexOf('.') + 1).toUpperCase(),
    entities,
    occurredAt: happened,
    message,
    replayed,
  };
}

function parseObject(data: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(decoder.decode(data));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEntity(value: unknown): value is StreamEvent['entities'][number] {
  return isObject(value) && typeof value.__typename === 'string' && typeof value.key === 'string';
}
