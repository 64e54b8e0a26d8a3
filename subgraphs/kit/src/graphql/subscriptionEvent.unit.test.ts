import { parse, subscribe } from 'graphql';
import { Arg, Args, Field, ID, ObjectType, Query, Resolver } from 'type-graphql';
import { expect, it } from 'vitest';
import { createSubgraphSchema } from './subgraphSchema.js';
import { LiveArgs, LiveField, SubscriptionEvent, servedByGateway } from './subscriptionEvent.js';

@ObjectType({ implements: SubscriptionEvent })
class BirdEvent extends SubscriptionEvent {
  @Field(() => String, { nullable: true })
  bird: string | null;
}

@ObjectType({ implements: SubscriptionEvent })
class StoneEvent extends SubscriptionEvent {
  @Field(() => String, { nullable: true })
  stone: string | null;
}

@Resolver()
class BirdsResolver {
  @Query(() => String)
  hello(): string {
    return 'hello';
  }

  @LiveField(() => BirdEvent, {
    subject: 'birds.bird.*.{args.id}',
    filter: ['payload.size = args.size'],
    description: 'What a bird does.',
  })
  bird(
    @Arg('id', () => ID) _id: string,
    @Arg('size', () => [String], { nullable: true }) _size: string[] | null,
    @Args(() => LiveArgs) _: LiveArgs,
  ): BirdEvent {
    return servedByGateway();
  }
}

// Of another subgraph that is loaded in the same process, as when the supergraph is composed.
@Resolver()
class StonesResolver {
  @LiveField(() => StoneEvent, { subject: 'stones.stone.*.*', description: 'What stones do.' })
  stones(@Args(() => LiveArgs) _: LiveArgs): StoneEvent {
    return servedByGateway();
  }
}

it('a live field says in the SDL where its events come from', async () => {
  const { sdl } = await createSubgraphSchema({ resolvers: [BirdsResolver] });
  expect(sdl).toContain('@link(url: "https://leadgraph.example/event-source/v1.0", import: ["@eventSource"])');
  expect(sdl).toContain('@composeDirective(name: "@eventSource")');
  expect(sdl).toMatch(
    /bird\([\s\S]*\): BirdEvent! @eventSource\(subject: "birds\.bird\.\*\.\{args\.id\}", filter: \["payload\.size = args\.size"\]\)/,
  );
  expect(sdl).toMatch(/type BirdEvent implements SubscriptionEvent \{[\s\S]*cursor: String![\s\S]*bird: String/);
  expect(sdl).not.toContain('Stone');
  expect((await createSubgraphSchema({ resolvers: [BirdsResolver, StonesResolver] })).sdl).toContain('StoneEvent');
});

it('a subgraph serves none itself and says who does', async () => {
  const { schema } = await createSubgraphSchema({ resolvers: [BirdsResolver] });
  const result = await subscribe({ schema, document: parse('subscription { bird(id: "1") { kind } }') });
  expect(result).toMatchObject({ errors: [{ extensions: { code: 'SUBSCRIBE_AT_GATEWAY' } }] });
});
