import { createServer } from 'node:net';

/** `count` ports of the loopback interface on which nothing listens at the moment. */
export async function freePorts(count: number): Promise<number[]> {
  // All of them are held at once: asked for one after the other, the system may give the same one twice.
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: '127.0.0.1', port: 0 }, resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
