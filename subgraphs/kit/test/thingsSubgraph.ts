import { Arg, Args, Ctx, Field, ID, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { Column, Entity, type MigrationInterface, PrimaryColumn, type QueryRunner } from 'typeorm';
import {
  ChangesOfAnswers1765100000000,
  connectionOf,
  createDataSource,
  createSubgraphSchema,
  DomainError,
  disclosing,
  emit,
  inTransaction,
  KitTables1700000000000,
  keysetPage,
  PageArgs,
  type RequestContext,
  type SubgraphParts,
} from '../src/index.js';
import { startTestSubgraph } from '../src/testing/index.js';

/** A small subgraph that has one of everything the kit offers; what its tests run against. */
@Entity('thing')
@ObjectType()
export class Thing {
  @PrimaryColumn('uuid')
  @Field(() => ID)
  id: string;

  @Column('int')
  @Field()
  size: number;
}

export class Things1800000000000 implements MigrationInterface {
  readonly name = 'Things1800000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE thing (id uuid PRIMARY KEY, size int NOT NULL)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE thing');
  }
}

@ObjectType()
class Owner {
  @Field(() => String)
  name: string;

  @Field(() => String, { nullable: true })
  email: string | null;

  @Field(() => Boolean)
  masked: boolean;
}

const ThingConnection = connectionOf('Thing', Thing);

@Resolver()
class ThingResolver {
  @Query(() => String)
  whoAmI(@Ctx() { identity, requestId }: RequestContext): string {
    return `${identity.kind}:${identity.sub}:${requestId}`;
  }

  @Query(() => String)
  failing(@Arg('how', () => String) how: string): string {
    if (how === 'domain') throw new DomainError('THING_BROKEN', 'Mend the thing.', { field: 'thing' });
    throw new Error('secret inside');
  }

  @Query(() => Owner)
  owner(@Arg('id', () => ID) id: string, @Arg('open', () => Boolean) open: boolean): Owner {
    const owner = { name: open ? 'Ada Lovelace' : 'A***', email: open ? 'ada@example.com' : null, masked: !open };
    return open ? disclosing({ __typename: 'Thing', key: id }, 'owner', owner, ['name', 'email']) : owner;
  }

  @Query(() => Boolean)
  async nap(@Arg('seconds', () => Number) seconds: number, @Ctx() { db }: RequestContext): Promise<boolean> {
    await db.query('SELECT pg_sleep($1)', [seconds]);
    return true;
  }

  @Query(() => ThingConnection)
  things(@Args(() => PageArgs) page: PageArgs, @Ctx() { db }: RequestContext) {
    return keysetPage({
      list: 'things',
      query: db.getRepository(Thing).createQueryBuilder('thing'),
      sort: [
        { expression: 'COALESCE(thing.size, -1)', type: 'integer', value: (thing) => thing.size },
        { expression: 'thing.id', type: 'uuid', value: (thing) => thing.id },
      ],
      direction: 'DESC',
      page,
    });
  }

  @Mutation(() => Thing)
  async makeThing(
    @Arg('id', () => ID) id: string,
    @Arg('fail', () => Boolean, { defaultValue: false }) fail: boolean,
    @Ctx() { db }: RequestContext,
  ): Promise<Thing> {
    return inTransaction(db, async (tx) => {
      const thing = await tx.getRepository(Thing).save({ id, size: 1 });
      await emit(tx, {
        type: 'leads.lead.rejected',
        partitionKey: id,
        entities: [{ __typename: 'Lead', key: id, version: 1 }],
        payload: { leadId: id, codes: [] },
      });
      if (fail) throw new DomainError('THING_BROKEN', 'Mend the thing.');
      return thing;
    });
  }
}

export const thingStore = {
  entities: [Thing],
  migrations: [KitTables1700000000000, ChangesOfAnswers1765100000000, Things1800000000000],
};

/** Starts it the way the real subgraphs are started. `name` decides which stream its events go to. */
export async function startThings(options: { withNats?: boolean; parts?: Partial<SubgraphParts> } = {}) {
  return startTestSubgraph({
    name: 'leads',
    schema: await createSubgraphSchema({ resolvers: [ThingResolver] }),
    store: thingStore,
    createDataSource: (url, { metrics }) =>
      createDataSource({ ...thingStore, url, name: 'things', poolSize: 4, acquireTimeoutMs: 5_000, metrics }),
    wire: () => ({ createContext: (base) => base, consumers: [], sweepers: [], ...options.parts }),
    ...(options.withNats !== undefined && { withNats: options.withNats }),
  });
}
