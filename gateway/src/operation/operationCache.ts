import { LRUCache } from 'lru-cache';
import { RequestRefused } from '../errors/requestRefused.js';
import { Operation, type OperationOptions } from './operation.js';
import { type PreparedDocument, type PreparingOptions, prepareDocument, selectOperation } from './prepareDocument.js';

export interface OperationCacheOptions extends Omit<OperationOptions, 'onGrown'>, Pick<PreparingOptions, 'limits'> {
  readonly mostDocuments: number;
  readonly mostBytes: number;
  readonly onLookup: (result: 'hit' | 'miss') => void;
  readonly onParsed?: (() => void) | undefined;
  readonly onValidated?: (() => void) | undefined;
}

/** What names an operation: a document's text, the operation's name where it has several, and whether the client takes a response in parts. */
export interface OperationKey {
  readonly text: string;
  readonly name: string | undefined;
  readonly incremental: boolean;
}

interface CachedDocument {
  readonly document: PreparedDocument;
  readonly key: Omit<OperationKey, 'name'>;
  /** By the name in the request; '' without one. */
  readonly operations: Map<string, Operation>;
}

/** What a parsed document takes for each character of its text: measured 56 for a text with indentation, 125 for one without. */
const BYTES_PER_CHARACTER = 120;

/**
 * The operations of one supergraph that have been seen: parsed and validated once, planned and compiled once for each combination of their conditions, found again by their text. Bounded by
 * number and by estimated bytes, the longest unused go first. Documents that are refused are not kept, so that they push nothing out.
 */
export class OperationCache {
  private readonly documents: LRUCache<string, CachedDocument>;

  constructor(private readonly options: OperationCacheOptions) {
    this.documents = new LRUCache({
      max: options.mostDocuments,
      maxSize: options.mostBytes,
      sizeCalculation: ({ key, operations }) => {
        let bytes = 500 + key.text.length * BYTES_PER_CHARACTER;
        for (const operation of operations.values()) bytes += operation.bytes;
        return bytes;
      },
    });
  }

  /** The operation of this key. Throws `RequestRefused` as `prepareDocument` and `selectOperation` do, or OPERATION_NOT_SUPPORTED. */
  find(key: OperationKey): Operation {
    const known = this.documents.get(documentKey(key))?.operations.get(key.name ?? '');
    this.options.onLookup(known ? 'hit' : 'miss');
    return known ?? this.add(key);
  }

  /** An operation that whoever asks for it keeps: nothing pushes it out. Throws as `find` does. */
  createApart({ text, name, incremental }: OperationKey): Operation {
    return this.make(this.read(text, incremental), name, () => {});
  }

  /** The operations in use, the last used first. */
  *inUse(): Generator<{ readonly key: OperationKey; readonly operation: Operation }> {
    for (const { key, operations } of this.documents.values()) {
      for (const [name, operation] of operations)
        yield { key: { ...key, name: name === '' ? undefined : name }, operation };
    }
  }

  private add({ text, name, incremental }: OperationKey): Operation {
    const id = documentKey({ text, incremental });
    const before = this.documents.peek(id);
    const document = before?.document ?? this.read(text, incremental);
    const operation = this.make(document, name, () => this.measure(id));
    const operations = before?.operations ?? new Map<string, Operation>();
    operations.set(name ?? '', operation);
    this.documents.set(id, { document, key: { text, incremental }, operations });
    return operation;
  }

  private read(text: string, incremental: boolean): PreparedDocument {
    const { compiler, limits, access, onParsed, onValidated } = this.options;
    return prepareDocument(text, compiler.facts, incremental, { limits, ...access, onParsed, onValidated });
  }

  private make(document: PreparedDocument, name: string | undefined, onGrown: () => void): Operation {
    const { compiler, plan, access, listSize } = this.options;
    const prepared = selectOperation(document, name);
    if (!compiler.facts.apiSchema.getRootType(prepared.definition.operation))
      throw new RequestRefused('OPERATION_NOT_SUPPORTED', `The graph has no ${prepared.definition.operation}s.`);
    return new Operation(prepared, { compiler, plan, access, listSize, onGrown });
  }

  /** Takes note of what a document's operations take now; it may push others out. */
  private measure(id: string): void {
    const cached = this.documents.peek(id);
    if (cached) this.documents.set(id, { ...cached });
  }
}

function documentKey({ text, incremental }: Omit<OperationKey, 'name'>): string {
  return incremental && text.includes('@defer') ? `\0${text}` : text;
}
