import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { apiSchemaOf } from './check/apiSchema.ts';
import { clientManifest } from './manifest/clientManifest.ts';
import { generateManifests } from './manifest/manifestCommand.ts';
import { readClients } from './manifest/readClients.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const clients = readClients(root);
const { schema } = apiSchemaOf(readFileSync(new URL('supergraph.graphql', import.meta.url), 'utf8'));
const operations = [...clients].flatMap(([client, files]) =>
  clientManifest(files).map((operation) => [`${client}: ${operation.name}`, operation] as const),
);

describe('the persisted operations', () => {
  it('are those of the clients that the platform serves', () => {
    expect([...clients.keys()]).toEqual(['agent-desk', 'operator', 'partner']);
  });

  it.each(operations)('%s fits the schema that clients see', (_, { document }) => {
    expect(validate(schema, document).map(({ message }) => message)).toEqual([]);
  });

  it('say in a comment what they are for', () => {
    const files = [...clients.values()].flat().filter(({ path }) => path.endsWith('.graphql'));
    expect(files.filter(({ text }) => !text.startsWith('# ')).map(({ path }) => path)).toEqual([]);
  });

  it('stand in the committed manifests (else run "npm run operations -- manifest")', () => {
    const manifests = generateManifests(root);
    const committed = Object.keys(manifests).map((path) => [path, readFileSync(`${root}${path}`, 'utf8')]);
    expect(Object.fromEntries(committed)).toEqual(manifests);
  });
});
