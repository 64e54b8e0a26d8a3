import 'reflect-metadata';
import { graphql } from 'graphql';
import { Field, FieldResolver, ObjectType, Query, Resolver } from 'type-graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { anonymous, type Identity } from '../identity/identity.js';
import { OnlyFor, SignedIn, WithScope } from './access.js';
import { Cost, ListSize, PageSize } from './costs.js';
import { createSubgraphSchema, type SubgraphSchema } from './subgraphSchema.js';

let asked: string[] = [];

@OnlyFor('OPERATOR', 'AGENT')
@ObjectType()
class Nest {
  @Field(() => String)
  place: string;

  @OnlyFor('OPERATOR')
  @WithScope('eggs:read')
  @Field(() => String, { nullable: true })
  eggs: string;
}

@Resolver()
class NestsResolver {
  @OnlyFor('OPERATOR', 'AGENT')
  @Query(() => Nest, { nullable: true })
  nest(): Nest {
    asked.push('nest');
    return { place: 'oak', eggs: 'three' };
  }

  @SignedIn()
  @PageSize()
  @Query(() => [Nest])
  nests(): Nest[] {
    return [];
  }

  @Cost(7)
  @ListSize(30, 'first')
  @Query(() => [String])
  places(): string[] {
    return ['oak'];
  }
}

let built: SubgraphSchema;
beforeAll(async () => {
  built = await createSubgraphSchema({ resolvers: [NestsResolver] });
});

async function ask(source: string, identity: Identity) {
  asked = [];
  const { data, errors } = await graphql({ schema: built.schema, source, contextValue: { identity } });
  return { data, codes: errors?.map(({ extensions }) => extensions.code) };
}
const who = (kind: Identity['kind'], ...scopes: string[]): Identity => ({ kind, sub: 'x', scopes });

describe('who may have a field', () => {
  it('stands in the SDL, for the gateway', () => {
    for (const line of [
      'nest: Nest @policy(policies: [["kind:OPERATOR"], ["kind:AGENT"]])',
      'type Nest @policy(policies: [["kind:OPERATOR"], ["kind:AGENT"]])',
      'eggs: String @policy(policies: [["kind:OPERATOR"]]) @requiresScopes(scopes: [["eggs:read"]])',
      'nests: [Nest!]! @authenticated @listSize(assumedSize: 20, slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)',
      'places: [String!]! @cost(weight: 7) @listSize(assumedSize: 30, slicingArguments: ["first"], requireOneSlicingArgument: false)',
    ])
      expect(built.sdl).toContain(line);
  });

  it('is not to be said where the SDL would not have it', async () => {
    @Resolver(() => Nest)
    class PlacesResolver {
      @SignedIn()
      @FieldResolver(() => String)
      place(): string {
        return 'oak';
      }
    }
    await expect(createSubgraphSchema({ resolvers: [NestsResolver, PlacesResolver] })).rejects.toThrow(
      'PlacesResolver.place: say who may have it where the type declares the field.',
    );
  });

  it('is checked before the resolver runs', async () => {
    expect(await ask('{ nest { place } }', who('AGENT'))).toEqual({
      data: { nest: { place: 'oak' } },
      codes: undefined,
    });
    expect(await ask('{ nest { place } }', who('PARTNER'))).toEqual({ data: { nest: null }, codes: ['FORBIDDEN'] });
    expect(asked).toEqual([]);
    expect((await ask('{ nest { place } }', anonymous)).codes).toEqual(['UNAUTHENTICATED']);
    expect((await ask('{ nests { place } }', anonymous)).codes).toEqual(['UNAUTHENTICATED']);
    expect((await ask('{ nests { place } }', who('PARTNER'))).data).toEqual({ nests: [] });
  });

  it('is checked at plain fields, all of it', async () => {
    expect((await ask('{ nest { eggs } }', who('OPERATOR', 'eggs:read'))).data).toEqual({ nest: { eggs: 'three' } });
    for (const identity of [who('OPERATOR'), who('AGENT', 'eggs:read')]) {
      expect(await ask('{ nest { eggs } }', identity)).toEqual({
        data: { nest: { eggs: null } },
        codes: ['FORBIDDEN'],
      });
    }
  });
});
