import type { ChangedEntity, DisclosedEntity } from '../requestContext.js';

/** How a request came. */
export type Transport = 'http' | 'websocket' | 'sse' | 'rest';

/** An entity that was changed, or of which personal data was answered. */
export interface RecordedEntity {
  readonly __typename: string;
  readonly key: string;
  /** The personal fields that were answered; not there where it was changed. */
  readonly fields?: readonly string[];
}

/** Who did what to which entities, from where. Holds no personal data and no variables. */
export interface AuditRecord {
  readonly id: string;
  /** An instant (ISO 8601). */
  readonly at: string;
  readonly kind: 'MUTATION' | 'DISCLOSURE';
  /** `key`: the public prefix of the key by which the client authenticated itself. */
  readonly who: { readonly kind: string; readonly sub: string; readonly key?: string };
  /** `fields`: the operation's root fields; `manifest`: the client whose persisted operation it is. */
  readonly what: {
    readonly operation: string | null;
    readonly hash: string;
    readonly fields: readonly string[];
    readonly manifest?: string;
  };
  readonly entities: readonly RecordedEntity[];
  /** `ok`, or the codes of the errors in the answer or by which it was refused. */
  readonly outcome: 'ok' | readonly string[];
  readonly from: { readonly address: string | null; readonly transport: Transport; readonly userAgent: string | null };
  readonly requestId: string;
}

/** Entities of one record, at most: what is more goes into further records of the same request, so that each is taken by NATS. */
export const MOST_ENTITIES = 1_000;
const LONGEST_USER_AGENT = 120;
/** Characters of a type or key. Subgraphs write these and the codes, whatever they are: a record that is too large for NATS stands in the log alone. */
const LONGEST_WORD = 256;
const CODE = /^\w{1,64}$/;
const MOST_CODES = 50;

/** Each entity once, with all the fields of it that were disclosed. */
export function mergeDisclosed(disclosed: readonly DisclosedEntity[]): RecordedEntity[] {
  const entities = new Map<string, { __typename: string; key: string; fields: Set<string> }>();
  for (const { __typename, key, fields } of disclosed) {
    const id = JSON.stringify([__typename, key]);
    const known = entities.get(id) ?? { __typename, key, fields: new Set() };
    for (const field of fields) known.fields.add(field);
    entities.set(id, known);
  }
  return [...entities.values()].map(({ fields, ...entity }) => ({
    ...shortEntity(entity),
    fields: [...fields].sort(),
  }));
}

export function changedOnly(changed: readonly ChangedEntity[] = []): RecordedEntity[] {
  return changed.map(shortEntity);
}

/** Each code once; what is none is OTHER, so that no sentence gets into a record. */
export function outcomeOf(codes: readonly string[]): AuditRecord['outcome'] {
  if (codes.length === 0) return 'ok';
  return [...new Set(codes.map((code) => (CODE.test(code) ? code : 'OTHER')))].slice(0, MOST_CODES);
}

function shortEntity({ __typename, key }: RecordedEntity): RecordedEntity {
  return { __typename: __typename.slice(0, LONGEST_WORD), key: key.slice(0, LONGEST_WORD) };
}

/** What a client says that it is, cut short, without what could break a line apart. */
export function shortUserAgent(given: string | readonly string[] | undefined): string | null {
  const text = typeof given === 'string' ? given : (given?.[0] ?? '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text.slice(0, LONGEST_USER_AGENT).replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ') || null;
}
