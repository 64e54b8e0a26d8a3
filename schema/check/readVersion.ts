import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClientFile, clientManifest } from '../manifest/clientManifest.ts';
import { ManifestError, readManifest } from '../manifest/index.ts';
import { MANIFEST_FILE, OPERATIONS_FOLDER, readClients } from '../manifest/readClients.ts';
import type { CheckedOperation, Version } from './checkSchema.ts';
import { CallError, fileAt, filesAt } from './gitVersion.ts';

export const SUPERGRAPH_FILE = 'schema/supergraph.graphql';

/** The working tree's version, and what about its manifests is not as it should be. Throws `CallError` without a supergraph, `ManifestError` when a manifest is none. */
export function treeVersion(root: string): Version & { readonly warnings: readonly string[] } {
  const path = join(root, SUPERGRAPH_FILE);
  if (!existsSync(path))
    throw new CallError(`${path} is missing: run "npm run compose", or this in the project's folder.`);
  const clients = readClients(root);
  return {
    supergraph: readFileSync(path, 'utf8'),
    clients: new Map([...clients].map(([client, files]) => [client, checkedOperations(files)])),
    warnings: [...clients].flatMap(([, files]) => outdated(files)),
  };
}

/** The version of a commit; undefined when there was no supergraph yet. */
export function versionAt(root: string, commit: string): Version | undefined {
  const supergraph = fileAt(root, commit, SUPERGRAPH_FILE);
  if (supergraph === undefined) return undefined;
  const clients = new Map<string, ClientFile[]>();
  for (const path of filesAt(root, commit, OPERATIONS_FOLDER)) {
    const [client, file, ...deeper] = path.slice(OPERATIONS_FOLDER.length + 1).split('/');
    if (!client || !file || deeper.length > 0) continue;
    const files = clients.get(client) ?? [];
    // Named as git does, since the file of the working tree may say something else.
    files.push({ path: `${commit.slice(0, 8)}:${path}`, text: fileAt(root, commit, path) ?? '' });
    clients.set(client, files);
  }
  return { supergraph, clients: new Map([...clients].map(([client, files]) => [client, checkedOperations(files)])) };
}

/** The operations of a client's manifest, with the documents of the files that they were made of where these still say the same. */
function checkedOperations(files: readonly ClientFile[]): CheckedOperation[] {
  const manifest = manifestOf(files);
  if (!manifest) return [];
  const sources = new Map(sourcesOf(files)?.map((operation) => [operation.id, operation.document]));
  return readManifest(manifest.text, manifest.path).map((operation) => ({
    ...operation,
    document: sources.get(operation.id),
  }));
}

/** What stands in the manifest decides, since that is what is published; that the files say something else is worth a word. */
function outdated(files: readonly ClientFile[]): string[] {
  const manifest = manifestOf(files);
  const folder = files[0]?.path.split('/').slice(0, -1).join('/');
  const ids = (operations: readonly { readonly id: string }[]) =>
    operations
      .map(({ id }) => id)
      .sort()
      .join();
  const sources = sourcesOf(files);
  const fits = manifest && sources && ids(readManifest(manifest.text, manifest.path)) === ids(sources);
  return fits || !folder ? [] : [`${folder}/${MANIFEST_FILE} is out of date: run "npm run operations -- manifest".`];
}

function manifestOf(files: readonly ClientFile[]): ClientFile | undefined {
  return files.find(({ path }) => path.endsWith(`/${MANIFEST_FILE}`));
}

function sourcesOf(files: readonly ClientFile[]): ReturnType<typeof clientManifest> | undefined {
  try {
    return clientManifest(files);
  } catch (error) {
    if (error instanceof ManifestError) return undefined;
    throw error;
  }
}
