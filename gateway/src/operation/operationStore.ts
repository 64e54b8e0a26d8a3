import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type PreparedDocument, type PreparedOperation, prepareDocument, selectOperation } from './prepareDocument.js';

const MOST_DOCUMENTS = 5_000;
const MOST_BYTES = 96 * 1024 * 1024;
/** What a parsed document takes for each character of its text: measured 56 for a text with indentation, 125 for one without. */
const BYTES_PER_CHARACTER = 120;

/**
 * The operations of one supergraph that have been seen: parsed and validated once, found again by their text. Bounded by number and by
 * estimated bytes, the longest unused go first. Documents that are refused are not kept, so that they push nothing out.
 */
export class OperationStore {
  private readonly documents = new LRUCache<string, PreparedDocument>({
    max: MOST_DOCUMENTS,
    maxSize: MOST_BYTES,
    sizeCalculation: ({ text }) => 200 + text.length * BYTES_PER_CHARACTER,
  });

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly onLookup: (result: 'hit' | 'miss') => void = () => {},
  ) {}

  /** The operation of this text and name. Throws `RequestRefused` as `prepareDocument` and `selectOperation` do. */
  find(text: string, name: string | undefined): PreparedOperation {
    let document = this.documents.get(text);
    this.onLookup(document ? 'hit' : 'miss');
    if (!document) {
      document = prepareDocument(text, this.schema);
      this.documents.set(text, document);
    }
    return selectOperation(document, name);
  }
}
