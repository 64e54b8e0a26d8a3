import { buildClientSchema, buildSchema, introspectionFromSchema, printSchema, validateSchema } from 'graphql';
import { expect, it } from 'vitest';
import type { SchemaRights } from './readRights.js';
import { visibleSchema } from './visibleSchema.js';

const sdl = (names = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' }) => `
  schema { query: ${names.query} mutation: ${names.mutation} subscription: ${names.subscription} }
  type ${names.query} { open: Int secret: Secret }
  type ${names.mutation} { change: Secret }
  type ${names.subscription} { changed: Secret }
  type Secret { id: ID }
`;
const rights = { types: new Map([['Secret', new Set([0])]]), fields: new Map() } as unknown as SchemaRights;

it('leaves out roots of which nothing is left: a schema that clients can use', () => {
  for (const names of [undefined, { query: 'Q', mutation: 'M', subscription: 'S' }]) {
    const visible = visibleSchema(buildSchema(sdl(names)), rights, new Set([0]));
    expect(visible.getMutationType()).toBeUndefined();
    expect(visible.getSubscriptionType()).toBeUndefined();
    expect(Object.keys(visible.getTypeMap()).filter((name) => !name.startsWith('__'))).not.toContain('Secret');
    expect(validateSchema(buildClientSchema(introspectionFromSchema(visible)))).toEqual([]);
  }
});

it('leaves all of it to who satisfies what is required', () => {
  const schema = buildSchema(sdl());
  expect(printSchema(visibleSchema(schema, rights, new Set()))).toBe(printSchema(schema));
});
