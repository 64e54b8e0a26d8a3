import { type ClientDirectory, whenRead } from '../clients/clientDirectory.js';
import { registerClientMetrics } from '../clients/clientMetrics.js';
import { createClientDirectory } from '../clients/createClientDirectory.js';
import type { GatewayConfig } from '../config.js';
import { reasonOf } from '../errors/reasonOf.js';
import type { NatsLink } from '../eventSource/jetStream/natsLink.js';
import { type ClientKeys, createClientKeys } from '../identity/clientKeys.js';
import { type Authenticate, createAuthenticate } from '../identity/clientToken.js';
import { createKeyMetrics } from '../identity/keyMetrics.js';
import { parseSigningKey } from '../identity/signingKey.js';
import { createSubgraphTokenMint, type MintSubgraphToken } from '../identity/subgraphToken.js';
import { openTokenKeys } from '../identity/tokenKeys.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import { watchFile } from '../watchFile.js';

/** How long the start waits for what clients have been promised. */
const CLIENTS_WAIT_MS = 1_500;

export interface CallersParts {
  /** Clients' keys and manifests ready-made, instead of those that the configuration names. */
  readonly directory: ClientDirectory | undefined;
  /** NATS, where it is configured; not closed here. */
  readonly link: NatsLink | undefined;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Who calls, and how subgraphs are told. */
export interface Callers {
  /** Clients' keys and manifests; undefined where none are configured. */
  readonly clients: ClientDirectory | undefined;
  readonly clientKeys: ClientKeys;
  readonly authenticate: Authenticate;
  readonly mintToken: MintSubgraphToken;
  /** Follows files and clients no more. */
  close(): Promise<void>;
}

/** Wires identities: clients' keys and tokens in, subgraphs' tokens out. Waits a moment for what clients have been promised. */
export async function createCallers(
  config: GatewayConfig,
  { directory, link, log, metrics }: CallersParts,
): Promise<Callers> {
  const { mintToken, unwatchKey } = await startMint(config, log, metrics);
  const clients = directory ?? createClientDirectory(config, link, log);
  const clientKeys = createClientKeys(clients, config.clients.keyHeader);
  if (clients) registerClientMetrics(metrics.registry, clients, clientKeys);
  const tokenKeys = config.clientTokens && openTokenKeys({ ...config.clientTokens, pollMs: config.filesPollMs, log });
  const authenticate = createAuthenticate(config.clientTokens, { keys: clientKeys, tokenKeys });
  if (clients) await whenRead(clients, CLIENTS_WAIT_MS);
  return {
    clients,
    clientKeys,
    authenticate,
    mintToken,
    async close() {
      tokenKeys?.close();
      unwatchKey();
      await clients?.close();
    },
  };
}

/** The mint of tokens for subgraphs, which goes over to another key when the key's file changes; one that cannot be used leaves the key before in use. */
async function startMint(
  { signingKey, signingKeyFile: file, filesPollMs }: GatewayConfig,
  log: Logger,
  metrics: Metrics,
) {
  const { showKey, tokensMinted } = createKeyMetrics(metrics.registry);
  const { mint, exchangeKey } = await createSubgraphTokenMint(signingKey, { onMinted: () => tokensMinted.inc() });
  if (!signingKey || file === undefined) return { mintToken: mint, unwatchKey: () => {} };
  showKey(signingKey);
  let current = signingKey;
  const unwatchKey = watchFile(file, {
    pollMs: filesPollMs,
    async changed(text) {
      const next = parseSigningKey(text);
      if (next.kid === current.kid && next.d === current.d) return;
      await exchangeKey(next);
      current = next;
      showKey(next);
      log.info({ kid: next.kid }, 'tokens for subgraphs are signed with another key');
    },
    failed: (error) =>
      log.error(
        { file, reason: reasonOf(error) },
        'the signing key could not be read anew: the one before stays in use',
      ),
  });
  return { mintToken: mint, unwatchKey };
}
