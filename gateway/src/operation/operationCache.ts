import { LRUCache } from 'lru-cache';
import { type CompiledOperation, type CompilerContext, compileOperation } from '../compile/compileOperation.js';
import { RequestRefused } from '../errors/requestRefused.js';
import { type PreparedDocument, prepareDocument, selectOperation } from './prepareDocument.js';

export interface OperationCacheOptions {
  readonly compiler: CompilerContext;
  /** Plans an operation: see `Planner.plan`. */
  readonly plan: (text: string, operationName: string | undefined) => Promise<string>;
  readonly mostDocuments: number;
  readonly mostBytes: number;
  readonly onLookup: (result: 'hit' | 'miss') => void;
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
  readonly operations: Map<string, CompiledOperation>;
}

/** What a document, its plans and their code take for each character of the text and of the plans: measured, see `perf/README.md`. */
const BYTES_PER_CHARACTER = 120;
const BYTES_PER_PLAN_CHARACTER = 12;
/** How long an operation that could not be planned is refused without another try. */
const REFUSED_MS = 60_000;

/**
 * The operations of one supergraph that have been seen, ready to be executed: parsed, validated, planned and compiled once, found again by their text. Bounded by number and by
 * estimated bytes, the longest unused go first. Requests that come while an operation is being prepared wait for it. Documents that
 * are refused are not kept, so that they push nothing out.
 */
export class OperationCache {
  private readonly documents: LRUCache<string, CachedDocument>;
  private readonly underWay = new Map<string, Promise<CompiledOperation>>();
  private readonly refused = new LRUCache<string, RequestRefused>({ max: 500, ttl: REFUSED_MS });

  constructor(private readonly options: OperationCacheOptions) {
    this.documents = new LRUCache({
      max: options.mostDocuments,
      maxSize: options.mostBytes,
      sizeCalculation: ({ key, operations }) => {
        let bytes = 500 + key.text.length * BYTES_PER_CHARACTER;
        for (const { planJson } of operations.values()) bytes += planJson.length * BYTES_PER_PLAN_CHARACTER;
        return bytes;
      },
    });
  }

  /**
   * The operation, at once when it is known. Rejects or throws `RequestRefused` as `prepareDocument`, `selectOperation` and `Planner.plan` do.
   */
  find(key: OperationKey): CompiledOperation | Promise<CompiledOperation> {
    const cached = this.documents.get(documentKey(key));
    const known = cached?.operations.get(key.name ?? '');
    this.options.onLookup(known ? 'hit' : 'miss');
    return known ?? this.prepare(key);
  }

  /** The operations in use, the last used first. */
  *keys(): Generator<OperationKey> {
    for (const { key, operations } of this.documents.values()) {
      for (const name of operations.keys()) yield { ...key, name: name === '' ? undefined : name };
    }
  }

  private prepare(key: OperationKey): Promise<CompiledOperation> {
    const id = `${key.name ?? ''}\n${documentKey(key)}`;
    const before = this.underWay.get(id);
    if (before) return before;
    const refused = this.refused.get(id);
    if (refused) return Promise.reject(refused);
    const preparing = this.compile(key)
      .catch((error: unknown) => {
        if (error instanceof RequestRefused && LASTING.has(error.code)) this.refused.set(id, error);
        throw error;
      })
      .finally(() => this.underWay.delete(id));
    this.underWay.set(id, preparing);
    return preparing;
  }

  private async compile(key: OperationKey): Promise<CompiledOperation> {
    const { compiler, plan } = this.options;
    const { text, name, incremental } = key;
    const id = documentKey(key);
    const document = this.documents.peek(id)?.document ?? prepareDocument(text, compiler.facts, incremental);
    const prepared = selectOperation(document, name);
    if (!compiler.facts.apiSchema.getRootType(prepared.definition.operation))
      throw new RequestRefused('OPERATION_NOT_SUPPORTED', `The graph has no ${prepared.definition.operation}s.`);
    const compiled = compileOperation(prepared, await plan(prepared.text, prepared.name), compiler);
    const operations = new Map(this.documents.peek(id)?.operations).set(name ?? '', compiled);
    this.documents.set(id, { document, key: { text, incremental }, operations });
    return compiled;
  }
}

const LASTING = new Set(['PLANNING_TIMEOUT', 'PLANNING_FAILED']);

function documentKey({ text, incremental }: OperationKey): string {
  return incremental && text.includes('@defer') ? `\0${text}` : text;
}
