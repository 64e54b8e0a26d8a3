import 'reflect-metadata';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, isInputObjectType, isNonNullType, parse } from 'graphql';
import { buildSchema, createResolversMap, type NonEmptyArray } from 'type-graphql';
import { checkAccessIsTold } from './access.js';
import { CACHE_CONTROL_LINK } from './cacheControl.js';
import type { RequestContext } from './requestContext.js';
import { EVENT_SOURCE_LINK, noPubSub } from './subscriptionEvent.js';

/** Finds the entity that a representation names; null when there is none. Use a data loader: it is called once per representation. */
export type ReferenceResolver<C extends RequestContext> = (
  reference: { __typename: string; id: string },
  context: C,
) => unknown;

export interface SubgraphSchemaOptions<C extends RequestContext> {
  // biome-ignore lint/complexity/noBannedTypes: type-graphql takes classes as Function
  resolvers: NonEmptyArray<Function>;
  /** Types that no field names, such as members of a union that is only reached through an interface. */
  // biome-ignore lint/complexity/noBannedTypes: type-graphql takes classes as Function
  orphanedTypes?: Function[];
  references?: Record<string, ReferenceResolver<C>>;
}

export interface SubgraphSchema {
  schema: GraphQLSchema;
  /** The subgraph's SDL as composition wants it. */
  sdl: string;
}

const FEDERATION_LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@tag", "@interfaceObject", "@cost", "@listSize", "@authenticated", "@requiresScopes", "@policy", "@composeDirective"]
)`;

/** Builds a Federation 2.9 subgraph schema from type-graphql classes. Needs no database. */
export async function createSubgraphSchema<C extends RequestContext>(
  options: SubgraphSchemaOptions<C>,
): Promise<SubgraphSchema> {
  const plain = await buildSchema({
    resolvers: options.resolvers,
    orphanedTypes: options.orphanedTypes ?? [],
    validate: { forbidUnknownValues: false, stopAtFirstError: false },
    pubSub: noPubSub,
    skipCheck: true, // directives of Federation are not known to this intermediate schema
  });
  checkInputDefaults(plain);
  const sdl = `${FEDERATION_LINK}\n\n${EVENT_SOURCE_LINK}\n\n${CACHE_CONTROL_LINK}\n\n${printSchemaWithDirectives(plain)}\n`;
  checkAccessIsTold(options.resolvers, sdl);
  const resolvers = createResolversMap(plain) as Record<string, Record<string, unknown>>;
  for (const [typename, resolve] of Object.entries(options.references ?? {})) {
    resolvers[typename] = {
      ...resolvers[typename],
      __resolveReference: async (reference: { __typename: string; id: string }, context: C) => {
        const found = await resolve(reference, context);
        return found && typeof found === 'object' ? found : null;
      },
    };
  }
  return { schema: buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]), sdl };
}

/**
 * graphql-jit 0.8.9 refuses input objects in which a non-null field with a default is left out, though the specification allows it
 * (arguments are fine). Such a field would work on an operation's first run and fail from the second on, so it is refused here.
 */
function checkInputDefaults(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.defaultValue !== undefined && isNonNullType(field.type)) {
        throw new Error(`${type.name}.${field.name}: make it nullable and apply the default in the resolver`);
      }
    }
  }
}
