import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeApolloManifest } from './apolloManifest.ts';
import { clientManifest } from './clientManifest.ts';
import { ManifestError } from './persistedOperation.ts';
import { MANIFEST_FILE, OPERATIONS_FOLDER, readClients } from './readClients.ts';

/** The manifests as they have to be: text by path, relative to `root`, the project. Throws `ManifestError`. */
export function generateManifests(root: string): Record<string, string> {
  const manifests = [...readClients(root)].map(([client, files]) => {
    return [`${OPERATIONS_FOLDER}/${client}/${MANIFEST_FILE}`, writeApolloManifest(clientManifest(files))];
  });
  return Object.fromEntries(manifests);
}

/** `npm run operations -- manifest [--check]`, in the project that is the working directory. Answers the exit code, undefined when the words are not understood. */
export function manifestCommand(words: readonly string[]): number | undefined {
  const check = words[0] === '--check';
  if (words.length > (check ? 1 : 0)) return undefined;
  const root = process.cwd();
  try {
    const manifests = Object.entries(generateManifests(root));
    const outdated = manifests.filter(([path, text]) => read(join(root, path)) !== text);
    if (check && outdated.length > 0) {
      const paths = outdated.map(([path]) => path).join(', ');
      console.error(`Out of date: ${paths}\nRun "npm run operations -- manifest" and commit them.`);
      return 1;
    }
    for (const [path, text] of outdated) writeFileSync(join(root, path), text);
    const written = outdated.length > 0 ? `written: ${outdated.map(([path]) => path).join(', ')}` : 'all up to date';
    console.log(`${manifests.length} manifests in ${OPERATIONS_FOLDER}: ${written}`);
    return 0;
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    console.error(error.message);
    return 1;
  }
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
