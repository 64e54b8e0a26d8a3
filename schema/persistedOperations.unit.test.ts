import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { validate } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { describe, expect, it } from 'vitest';
import { apiSchemaOf } from './check/apiSchema.ts';
import { clientManifest } from './manifest/clientManifest.ts';
import { generateManifests } from './manifest/manifestCommand.ts';
import { onlyOperation } from './manifest/persistedOperation.ts';
import { readClients } from './manifest/readClients.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const clients = readClients(root);
const { schema } = apiSchemaOf(readFileSync(new URL('supergraph.graphql', import.meta.url), 'utf8'));
const operations = [...clients].flatMap(([client, files]) =>
  clientManifest(files).map((operation) => [`${client}: ${operation.name}`, operation] as const),
);

const routed = operations.filter(([, { route }]) => route !== undefined);

describe('the persisted operations', () => {
  it('are those of the clients that the platform serves', () => {
    expect([...clients.keys()]).toEqual(['agent-desk', 'operator', 'partner']);
  });

  it.each(operations)('%s fits the schema that clients see', (_, { document }) => {
    expect(validate(schema, document).map(({ message }) => message)).toEqual([]);
  });

  it.each(routed)('%s has a route whose parameters and examples are variables', (_, { document, route }) => {
    const definitions = onlyOperation(document, 'the operation').variableDefinitions ?? [];
    const names = definitions.map(({ variable }) => variable.name.value);
    const inPath = [...(route?.path ?? '').matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
    expect(names).toEqual(expect.arrayContaining(inPath));
    const given = (route?.example?.variables ?? {}) as Record<string, unknown>;
    expect(names).toEqual(expect.arrayContaining(Object.keys(given)));
    expect(Object.keys(given)).toEqual(expect.arrayContaining(inPath));
    const { errors } = getVariableValues(schema, definitions, given);
    expect(errors?.map(({ message }) => message)).toBeUndefined();
    expect(route?.summary, 'a summary for the documentation').toMatch(/\.$/);
    expect(route?.example?.response).toBeDefined();
  });

  it.each([...clients.keys()])('of %s have routes that do not collide', (client) => {
    const routes = routed.filter(([name]) => name.startsWith(`${client}: `)).map(([, { route }]) => route);
    // What is served besides the operations.
    const shapes = ['GET /openapi.json', 'GET /problems'];
    for (const each of routes) shapes.push(`${each?.method} ${each?.path.replace(/:\w+/g, ':')}`);
    expect(shapes).toEqual([...new Set(shapes)]);
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
