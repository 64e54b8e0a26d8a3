import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { composeGraph } from './composeGraph.ts';

it('the committed SDL and supergraph are what the subgraphs give (else run "npm run compose")', async () => {
  const { files } = await composeGraph();
  const committed = await Promise.all(
    Object.keys(files).map(async (path) => [
      path,
      await readFile(new URL(path, import.meta.url), 'utf8').catch(() => ''),
    ]),
  );
  expect(Object.fromEntries(committed)).toEqual(files);
});
