import { RequestRefused } from '../errors/requestRefused.js';
import type { GraphQLParams } from '../http/graphqlParams.js';
import type { Identity } from '../identity/identity.js';
import type { Operation } from '../operation/operation.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { type AutomaticQueries, hashOf } from './automaticQueries.js';
import type { PersistedCounts } from './persistedMetrics.js';

/**
 * The operation that a request means, by its text, or by its id in a manifest of the identity. At once unless it has to be looked for elsewhere. Throws, or rejects with, `RequestRefused`: PERSISTED_QUERY_NOT_FOUND,
 * PERSISTED_QUERY_ID_REQUIRED, PERSISTED_QUERY_HASH_MISMATCH, PERSISTED_QUERY_NOT_SUPPORTED, CLIENTS_UNAVAILABLE, or as `OperationCache.find` does.
 */
export type FindOperation = (
  params: Pick<GraphQLParams, 'query' | 'operationName' | 'persisted'>,
  identity: Identity,
  supergraph: Pick<Supergraph, 'operations' | 'persisted'>,
  incremental: boolean,
) => Operation | Promise<Operation>;

export interface FindOperationOptions {
  /** Kinds of identities that may run nothing but operations of their manifests; `*`: all. */
  readonly persistedOnly: ReadonlySet<string>;
  /** Undefined: clients cannot register texts. */
  readonly automatic: AutomaticQueries | undefined;
  /** Whether there are manifests to come. */
  readonly expectsManifests: boolean;
  readonly counts: PersistedCounts;
}

export function createFindOperation(options: FindOperationOptions): FindOperation {
  const { persistedOnly, automatic, counts } = options;
  const isRestricted =
    persistedOnly.size === 0
      ? () => false
      : persistedOnly.has('*')
        ? () => true
        : ({ kind }: Identity) => persistedOnly.has(kind);

  const find: FindOperation = (params, identity, supergraph, incremental) => {
    const { query, operationName, persisted } = params;
    if (query !== '') {
      if (isRestricted(identity)) throw idRequired(counts);
      const key = { text: query, name: operationName, incremental };
      if (!persisted) return supergraph.operations.find(key);
      if (!automatic?.knows(persisted.id, query)) checkHash(persisted.id, query, counts);
      const operation = supergraph.operations.find(key);
      automatic?.learn(persisted.id, query);
      return operation;
    }
    if (!persisted) throw new RequestRefused('BAD_REQUEST', 'Give the operation as a string in "query".');
    const entry = supergraph.persisted.entryOf(identity, persisted.id);
    if (entry) {
      const operation = entry.text.operation(incremental);
      checkName(operationName, operation);
      counts.byClient.set(entry.client, (counts.byClient.get(entry.client) ?? 0) + 1);
      return operation;
    }
    const restricted = isRestricted(identity);
    const byHash = persisted.by === 'hash';
    if (options.expectsManifests && !supergraph.persisted.snapshot && (restricted || !byHash)) throw unavailable();
    if (!byHash || restricted) throw notFound(persisted, counts);
    // Said once, Apollo's clients never send a hash again: not even one of their own manifest.
    if (!automatic) {
      if (supergraph.persisted.manifestsOf(identity).length > 0) throw notFound(persisted, counts);
      throw new RequestRefused('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
    }
    const run = (text: string | undefined): Operation => {
      if (text === undefined) throw notFound(persisted, counts);
      return supergraph.operations.find({ text, name: operationName, incremental });
    };
    const text = automatic.find(persisted.id);
    return text instanceof Promise ? text.then(run) : run(text);
  };
  return find;
}

function checkHash(hash: string, text: string, counts: PersistedCounts): void {
  if (hashOf(text) === hash) return;
  counts.automatic.mismatched += 1;
  throw new RequestRefused(
    'PERSISTED_QUERY_HASH_MISMATCH',
    'The "sha256Hash" is not the SHA-256 of "query", in lower-case hex.',
  );
}

function checkName(asked: string | undefined, { name }: Operation): void {
  if (asked === undefined || asked === name) return;
  const message = `The persisted operation is named "${name}", not "${asked}". Leave out "operationName".`;
  throw new RequestRefused('OPERATION_RESOLUTION_FAILURE', message);
}

/** The same whether the id is nobody's or somebody else's. */
function notFound({ by }: NonNullable<GraphQLParams['persisted']>, counts: PersistedCounts): RequestRefused {
  counts.notFound += 1;
  // What Apollo's and urql's clients look for before they send the text.
  if (by === 'hash') return new RequestRefused('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
  return new RequestRefused(
    'PERSISTED_QUERY_NOT_FOUND',
    'No persisted operation of this client has this id. Publish its manifest, or send an id that is in it.',
  );
}

function idRequired(counts: PersistedCounts): RequestRefused {
  counts.refused += 1;
  return new RequestRefused(
    'PERSISTED_QUERY_ID_REQUIRED',
    'This client may run its persisted operations only. Send the id of one in "documentId", and no text.',
  );
}

function unavailable(): RequestRefused {
  return new RequestRefused(
    'CLIENTS_UNAVAILABLE',
    "The clients' operations cannot be had at the moment. Send the request again in a few seconds.",
    { headers: { 'retry-after': '5' } },
  );
}
