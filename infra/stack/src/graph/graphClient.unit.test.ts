import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createGraphClient, GraphError } from './graphClient.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** A gateway that gives these answers one after another, the last one for ever; a null closes the connection. */
async function gateway(...answers: ({ status?: number; body: unknown } | null)[]) {
  const seen: { body: string; token: string | undefined }[] = [];
  const http = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    seen.push({ body, token: request.headers.authorization });
    const answer = answers[Math.min(seen.length, answers.length) - 1];
    if (!answer) return request.socket.destroy();
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  });
  server = http;
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const graphqlUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`;
  return { seen, client: createGraphClient({ graphqlUrl, token: 'one', retryForMs: 3_000 }) };
}

const failure = (code: string, extensions = {}) => ({
  body: { errors: [{ message: 'no', extensions: { code, ...extensions } }] },
});

describe('createGraphClient', () => {
  it('sends the same body again while connections break, answers are 5xx or a subgraph is away', async () => {
    const { client, seen } = await gateway(null, { status: 503, body: {} }, failure('SUBGRAPH_UNAVAILABLE'), {
      body: { data: { a: 1 } },
    });
    await expect(client.request('mutation Put($key: String!) { put(key: $key) }', { key: 'k' })).resolves.toEqual({
      a: 1,
    });
    expect(seen).toHaveLength(4);
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({ operationName: 'Put', variables: { key: 'k' } });
  });

  it('repeats what is marked as retryable', async () => {
    const { client, seen } = await gateway(failure('WALLET_NOT_READY', { retryable: true }), {
      body: { data: { ok: true } },
    });
    await expect(client.request('{ ok }')).resolves.toEqual({ ok: true });
    expect(seen).toHaveLength(2);
  });

  it('gives an error that lasts to the caller at once, with its code', async () => {
    const { client, seen } = await gateway(failure('BAD_USER_INPUT'));
    const error = await client.request('query Leads { leads }').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(GraphError);
    expect((error as GraphError).codes).toEqual(['BAD_USER_INPUT']);
    expect(seen).toHaveLength(1);
  });

  it('gives up after its time and says who does not answer', async () => {
    const client = createGraphClient({ graphqlUrl: 'http://127.0.0.1:9/graphql', token: '' });
    await expect(client.within(200).request('{ ok }')).rejects.toThrow(/127\.0\.0\.1:9/);
  });
});
