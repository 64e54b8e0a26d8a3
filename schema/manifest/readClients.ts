import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientFile } from './clientManifest.ts';

/** Where the persisted operations stand: a folder a client, named as the client is. */
export const OPERATIONS_FOLDER = 'schema/operations';

/** The manifest in a client's folder; it is generated. */
export const MANIFEST_FILE = 'manifest.json';

/** The files of each client's folder by client, in the order of their names; paths are relative to `root`, the project. */
export function readClients(root: string): Map<string, ClientFile[]> {
  const folder = join(root, OPERATIONS_FOLDER);
  if (!existsSync(folder)) return new Map();
  const clients = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return new Map(
    clients
      .map(({ name }) => name)
      .sort()
      .map((client) => [
        client,
        readdirSync(join(folder, client))
          .sort()
          .map((file) => {
            const path = `${OPERATIONS_FOLDER}/${client}/${file}`;
            return { path, text: readFileSync(join(root, path), 'utf8') };
          }),
      ]),
  );
}
