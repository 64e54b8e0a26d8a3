import { Agent, createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Of answers, how many are held back after they were made, and for how long. */
const HELD = 0.3;
const SHORTEST_MS = 5;
const LONGEST_MS = 50;

export interface DelayingProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** Stands before a subgraph and holds some of its answers back: what they say may have changed by the time they arrive. */
export async function startDelayingProxy(target: string): Promise<DelayingProxy> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const server: Server = createServer((request, response) => {
    const { method = 'POST', headers } = request;
    const sent = forward(target, { agent, method, headers }, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      if (Math.random() < HELD) await delay(SHORTEST_MS + Math.random() * (LONGEST_MS - SHORTEST_MS));
      response.writeHead(answer.statusCode ?? 502, answer.headers).end(Buffer.concat(chunks));
    });
    sent.on('error', () => response.destroy());
    response.on('close', () => response.writableFinished || sent.destroy());
    request.pipe(sent);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${new URL(target).pathname}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}
