import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient, type FormattedExecutionResult } from 'graphql-ws';
import { WebSocket } from 'ws';

/** What is subscribed to. `variables.after` is written by `followFeed`. */
export interface FeedPayload {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

export type FeedResult = FormattedExecutionResult<Record<string, unknown>, { readonly cursor?: string }>;

export interface FollowOptions {
  /** ws:// or wss:// */
  readonly url: string;
  /** Asked for before each connection; undefined: as nobody. */
  readonly token: () => Promise<string> | string;
  /** Whether a token that the gateway has refused or let expire is followed by a better one. Default true. */
  readonly renewable?: boolean;
  readonly payload: FeedPayload;
  readonly onResult: (result: FeedResult) => void;
  /** Told of the connection: made, lost, made again. */
  readonly note?: (line: string) => void;
  readonly signal: AbortSignal;
  /** Pause before the first attempt to connect again; then doubling up to `longestPauseMs`. Default 250. */
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
}

/** The subscription ended for good, and not because its end was asked for. */
export class FeedEnded extends Error {
  override readonly name = 'FeedEnded';
}

const KEEP_ALIVE_MS = 10_000;
const FORBIDDEN = 4403;

/**
 * Follows a subscription until `signal` says so. A connection that is lost is made again, for ever, and the subscription goes on behind the last event that came.
 * Rejects with `FeedEnded` when the gateway ended it, or will not have it.
 */
export async function followFeed(options: FollowOptions): Promise<void> {
  const { payload, signal, onResult } = options;
  if (signal.aborted) return;
  const client = connect(options);
  try {
    await new Promise<void>((resolve, reject) => {
      // The client sends this very object again with each connection: what is written into it is where it goes on.
      const again = { query: payload.query, variables: { ...payload.variables } };
      const unsubscribe = client.subscribe<Record<string, unknown>, { cursor?: string }>(again, {
        next(result) {
          onResult(result);
          if (result.extensions?.cursor !== undefined) again.variables.after = result.extensions.cursor;
        },
        error: (problem) => reject(new FeedEnded(reasonOf(problem))),
        complete: () => (signal.aborted ? resolve() : reject(new FeedEnded('The gateway ended the subscription.'))),
      });
      signal.addEventListener('abort', () => {
        unsubscribe();
        resolve();
      });
    });
  } finally {
    // Disposing of a client that is about to connect fails as the connection does.
    await Promise.resolve(client.dispose()).catch(() => undefined);
  }
}

function connect(options: FollowOptions): Client {
  const { url, signal, note = () => {}, renewable = true } = options;
  const { firstPauseMs = 250, longestPauseMs = 5_000 } = options;
  let connected = false;
  let lostAt: number | undefined;
  let problem = '';
  let unanswered: NodeJS.Timeout | undefined;

  const lost = ({ code, reason }: { code: number; reason: string }) => {
    clearTimeout(unanswered);
    if (signal.aborted || lostAt !== undefined) return;
    lostAt = performance.now();
    const why = reason || problem || 'no reason given';
    note(
      connected ? `connection lost (${code}: ${why}); trying again` : `${url} does not answer (${why}); trying again`,
    );
  };
  const found = () => {
    if (lostAt === undefined) note(`connected to ${url}`);
    else if (connected) note(`connected again after ${seconds(performance.now() - lostAt)}, going on where it stopped`);
    else note(`connected to ${url} after ${seconds(performance.now() - lostAt)}`);
    connected = true;
    lostAt = undefined;
    problem = '';
  };

  const client: Client = createClient({
    url,
    webSocketImpl: WebSocket,
    connectionParams: async () => ({ authorization: `Bearer ${await options.token()}` }),
    connectionAckWaitTimeout: KEEP_ALIVE_MS,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: (event) => renewable || closeCode(event) !== FORBIDDEN,
    retryWait: async (retries) => {
      const longest = Math.min(firstPauseMs * 2 ** Math.min(retries, 20), longestPauseMs);
      // Clients of a gateway that went away do not all come back at once.
      await delay(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
    },
    keepAlive: KEEP_ALIVE_MS,
    on: {
      connected: found,
      error: (error) => (problem = reasonOf(error)),
      closed: (event) => lost(event as { code: number; reason: string }),
      // A peer that is gone without a word does not close: a ping that it leaves unanswered shows it.
      ping: (received) => {
        if (!received) unanswered = setTimeout(() => client.terminate(), KEEP_ALIVE_MS / 2);
      },
      pong: () => clearTimeout(unanswered),
    },
  });
  return client;
}

/** What a client can be told of: GraphQL errors, a close, or a fault of the connection. */
function reasonOf(problem: unknown): string {
  if (Array.isArray(problem)) {
    return problem.map(({ message, extensions }) => `${extensions?.code ?? 'error'}: ${message}`).join('\n');
  }
  const { code, reason, message } = (problem ?? {}) as { code?: unknown; reason?: string; message?: string };
  if (typeof code === 'number') return `The gateway closed the connection (${code}: ${reason || 'no reason given'}).`;
  return message || String(code ?? problem);
}

function closeCode(event: unknown): unknown {
  return (event as { code?: unknown } | null)?.code;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
