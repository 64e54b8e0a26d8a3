/** An event, as it can be told from the key of the entity that it is about: the same text in the message, in the subgraphs and at the client. */
export interface OfferKey {
  /** Whose event it is. */
  readonly subscriber: string;
  /** The how manieth event of this subscriber it is, from 1. */
  readonly number: number;
  /** When it was published first, milliseconds since 1970. */
  readonly publishedAt: number;
}

/** The key as text. */
export function writeOfferKey({ subscriber, number, publishedAt }: OfferKey): string {
  return `${subscriber}.${number}.${publishedAt}`;
}

/** Reads what `writeOfferKey` wrote; undefined where the text is no such key. */
export function readOfferKey(text: unknown): OfferKey | undefined {
  const [, subscriber, number, publishedAt] = /^([\w-]+)\.(\d+)\.(\d+)$/.exec(String(text)) ?? [];
  return subscriber === undefined
    ? undefined
    : { subscriber, number: Number(number), publishedAt: Number(publishedAt) };
}
