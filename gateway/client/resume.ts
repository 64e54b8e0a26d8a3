/**
 * Subscriptions that lose nothing and get nothing twice when their connection breaks, with graphql-ws's or graphql-sse's own client. Copy this file; it needs nothing else.
 *
 * Both clients connect again by themselves, and send the payload that they were given again, from its beginning. `subscribe` writes into that payload, as the variable `after`, the cursor of the last result (`extensions.cursor`), so that the
 * gateway goes on behind it. The operation has to declare that variable and pass it on:
 *
 *     subscription Feed($after: String) { feed(after: $after) { cursor kind … } }
 *
 * graphql-ws (which takes a connection that is refused for final unless `shouldRetry` says otherwise):
 *
 *     const client = createClient({ url: 'wss://…/graphql', connectionParams: async () => ({ authorization: `Bearer ${await token()}` }), retryAttempts: Infinity, shouldRetry: () => true });
 *     const stop = subscribe(client, { query, variables }, { next, error, complete });
 *
 * Before the token expires it may be renewed by a ping, with another one of the same identity; without that the connection is closed (4403) when it expires, and the client comes again with what `connectionParams` gives then. The pong says until
 * when, in milliseconds since 1970:
 *
 *     let socket; client.on('opened', (opened) => { socket = opened; });
 *     socket.send(JSON.stringify({ type: 'ping', payload: { authorization: `Bearer ${await token()}` } })); // { "type": "pong", "payload": { "expiresAt": … } }
 *
 * graphql-sse (in "distinct connections" mode, its default), which needs `resumingFetch` as well:
 *
 *     const client = createClient({ url: 'https://…/graphql', headers, fetchFn: resumingFetch(fetch), retryAttempts: Infinity });
 *
 * To go on in another page or process, keep `extensions.cursor` of the last result that you have dealt with, and give it as `variables.after`. Take results by a sink, as here, not by `client.iterate`: that holds results back that the cursor
 * has passed already. The cursor is written down after `next` has returned: if the page is gone before, the result comes again.
 *
 * A bare EventSource does this by itself (`Last-Event-ID`) unless it had to be opened with a ticket, which is good only once. Then, when it fails:
 *
 *     let last = '';
 *     async function open() {
 *       const { ticket } = await (await fetch('/graphql/ticket', { method: 'POST', headers: { authorization } })).json();
 *       const source = new EventSource(`/graphql?${new URLSearchParams({ query, ticket, lastEventId: last })}`);
 *       source.addEventListener('next', ({ data, lastEventId }) => { deal(JSON.parse(data)); last = lastEventId; });
 *       source.addEventListener('complete', () => source.close());
 *       source.onerror = () => { source.close(); setTimeout(open, 1_000 + 2_000 * Math.random()); };
 *     }
 */

export interface Payload {
  /** '' where `documentId` names a persisted operation. */
  readonly query: string;
  readonly documentId?: string;
  readonly operationName?: string | null;
  readonly variables?: Record<string, unknown> | null;
  readonly extensions?: Record<string, unknown> | null;
}

// biome-ignore lint/suspicious/noExplicitAny: the results of whatever client it is
type Result = any;

export interface Sink {
  next(result: Result): void;
  error(error: unknown): void;
  complete(): void;
}

interface Client {
  subscribe(payload: Result, sink: Sink): () => void;
  on?: Result;
}

/** What has to be told where a subscription begins, by the name that it gave the gateway. */
const starting = new Map<string, (cursor: unknown) => void>();
let last = 0;

/** Subscribes, and goes on behind the last result whenever the client connects again. Call the result to end it. */
export function subscribe(client: Client, payload: Payload, sink: Sink): () => void {
  // Of our own, since it is changed; the client reads it anew for each connection.
  const variables = { ...payload.variables };
  const remember = (cursor: unknown) => {
    if (typeof cursor === 'string') variables.after = cursor;
  };
  // Where it begins matters when the connection breaks before the first result: the gateway tells those that ask for it, by a ping (graphql-ws) or a header (graphql-sse).
  last += 1;
  const resume = String(last);
  starting.set(resume, remember);
  const unlisten = client.on?.('ping', (_received: boolean, told?: { resume?: unknown; cursor?: unknown }) => {
    if (told?.resume === resume) remember(told.cursor);
  });
  const over = () => {
    starting.delete(resume);
    unlisten?.();
  };
  const stop = client.subscribe(
    { ...payload, variables, extensions: { ...payload.extensions, resume } },
    {
      next(result) {
        sink.next(result);
        remember(result.extensions?.cursor);
      },
      error(error) {
        over();
        sink.error(error);
      },
      complete() {
        over();
        sink.complete();
      },
    },
  );
  return () => {
    over();
    stop();
  };
}

/**
 * `fetchFn` for graphql-sse's client. It reads where a subscription begins, and lets the client come to rest before it learns that a connection is over: an end that comes together with results it would not notice, or take for final.
 */
export function resumingFetch(fetchFn: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await fetchFn(input, init);
    const { resume } = JSON.parse(String(init?.body ?? '{}')).extensions ?? {};
    starting.get(resume)?.(response.headers.get('x-cursor'));
    const reader = response.body?.getReader();
    if (!reader) return response;
    const atRest = () => new Promise((resolve) => setTimeout(resolve));
    const body = new ReadableStream({
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          await atRest();
          controller.close();
        } catch (error) {
          await atRest();
          controller.error(error);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    });
    return new Response(body, { status: response.status, headers: response.headers });
  };
}
