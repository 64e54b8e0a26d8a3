import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { composeGraph } from './composeGraph.ts';
import { CompositionFailed } from './composeSupergraph.ts';

/*
 * npm run compose [-- --check]
 * Writes each subgraph's SDL and the supergraph composed of them, or, with --check, says which of the files are out of date and exits with 1.
 */
const check = process.argv.includes('--check');
const folder = new URL('./', import.meta.url);

try {
  const { files, warnings } = await composeGraph();
  for (const warning of warnings) console.warn(`warning  ${warning}`);
  const outdated = Object.entries(files).filter(([path, text]) => read(path) !== text);
  if (check && outdated.length > 0) {
    console.error(
      `Out of date: ${outdated.map(([path]) => `schema/${path}`).join(', ')}\nRun "npm run compose" and commit them.`,
    );
    process.exitCode = 1;
  }
  if (!check) {
    mkdirSync(new URL('subgraphs/', folder), { recursive: true });
    for (const [path, text] of outdated) writeFileSync(new URL(path, folder), text);
  }
  if (!process.exitCode) {
    const written = outdated.map(([path]) => path).join(', ');
    console.log(
      `${Object.keys(files).length} files in ${fileURLToPath(folder)}: ${written ? `written: ${written}` : 'all up to date'}`,
    );
  }
} catch (error) {
  console.error(
    error instanceof CompositionFailed ? `The subgraphs do not compose:\n${error.message}` : describe(error),
  );
  process.exitCode = 1;
}

function read(path: string): string | undefined {
  const url = new URL(path, folder);
  return existsSync(url) ? readFileSync(url, 'utf8') : undefined;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause ? `${error.message}\n  ${describe(error.cause)}` : error.message;
}
