import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
};
/** Everything comes from here. The editor writes style elements and starts its workers from blobs. */
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

/**
 * GraphiQL for browsers: the page at GET /graphql, its files below /graphiql/. The server sends only requests here that ask for HTML. The bundle is optional: without it the page says how to build it.
 */
export async function registerGraphiqlRoutes(app: FastifyInstance, folder: string): Promise<void> {
  const page = await readFile(join(folder, 'index.html'), 'utf8').catch(() => NOT_BUILT);
  const assets = new Set(await readdir(join(folder, 'assets')).catch(() => []));

  app.get('/graphql', (_request, reply) =>
    reply
      .headers({ 'content-security-policy': POLICY, 'cache-control': 'no-store' })
      .type('text/html; charset=utf-8')
      .send(page),
  );
  app.get<{ Params: { file: string } }>('/graphiql/assets/:file', (request, reply) => {
    const { file } = request.params;
    if (!assets.has(file)) return reply.callNotFound();
    // The names carry a hash of the content.
    reply.header('cache-control', 'public, max-age=31536000, immutable');
    return reply
      .type(types[extname(file)] ?? 'application/octet-stream')
      .send(createReadStream(join(folder, 'assets', file)));
  });
}

const NOT_BUILT = `<!doctype html><title>GraphQL</title><p>GraphiQL is not built. Run <code>npm run build</code> and restart, or send operations by POST.</p>`;
