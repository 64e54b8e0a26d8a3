import {
  Cached,
  CachedWithin,
  checkedRange,
  connectionOf,
  OnlyFor,
  PageArgs,
  PageSize,
  percentileMs,
  ReportRange,
  readRollup,
  rollupPage,
  SafeInt,
} from '@leadgraph/kit';
import { Arg, Args, Ctx, Field, Float, Int, ObjectType, Query, Resolver, registerEnumType } from 'type-graphql';
import { acceptSpeed, type LeaderboardMeasure, leaderboard } from '../reports/rollups.js';
import { Agent } from '../store/agent.js';
import type { AgentsContext } from './agentsContext.js';

/** What the sums of an agent are ranked by, as SQL: the highest is the first. */
const scores = {
  OFFERS: 'offers',
  ACCEPTED: 'accepted',
  ACCEPTANCE_RATE: 'accepted::float8 / NULLIF(offers, 0)',
  // who accepted nothing comes last
  TIME_TO_ACCEPT: '-accept_ms::float8 / NULLIF(accepted, 0)',
  SOLD: 'sold',
  BOUND: 'bound',
  SPEND: 'spend_cents',
} as const;
type LeaderboardSort = keyof typeof scores;
const LAST = -1e300;

const LeaderboardSortEnum = Object.fromEntries(Object.keys(scores).map((name) => [name, name])) as {
  [S in LeaderboardSort]: S;
};
registerEnumType(LeaderboardSortEnum, {
  name: 'AgentLeaderboardSort',
  description: 'The best first: the most, or the shortest mean time to accept.',
});

@CachedWithin()
@ObjectType({
  description:
    'What became by now of the offers that went out to an agent on these UTC days, whenever it accepted them or the lead was bound.',
})
export class AgentLeaderboardRow {
  @Field(() => Agent)
  agent: Agent;

  @Field(() => Int, { description: 'Offers that went out to the agent; not those for which no money was held.' })
  offers: number;

  @Field(() => Int, { description: 'Of these, how many it accepted, also where the charge failed later.' })
  accepted: number;

  @Field(() => Float, { nullable: true, description: 'accepted / offers, 0 to 1. Open offers count as not accepted.' })
  acceptanceRate: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Seconds from the offer to its acceptance, on average. Campaigns that accept by themselves take 0.',
  })
  meanSecondsToAccept: number | null;

  @Field(() => Int, { description: 'Accepted, paid for, and the contact revealed.' })
  sold: number;

  @Field(() => Int, { description: 'Became a policy.' })
  bound: number;

  @Field(() => SafeInt, { description: 'What the agent paid for those sold, in cents of US dollars.' })
  spendCents: number;

  /** The medians of the agents of this page, read once somebody asks. */
  medians: () => Promise<ReadonlyMap<string, number | null>>;

  @Field(() => Float, { nullable: true, description: 'Half of those accepted took at most this. Exact to 5 %.' })
  async medianSecondsToAccept(): Promise<number | null> {
    return (await this.medians()).get(this.agent.id) ?? null;
  }
}
const AgentLeaderboardConnection = connectionOf('AgentLeaderboard', AgentLeaderboardRow);

@Resolver()
export class LeaderboardResolver {
  @OnlyFor('OPERATOR')
  @PageSize()
  @Cached({ maxAge: 2, staleWhileRevalidate: 2 })
  @Query(() => AgentLeaderboardConnection, {
    description:
      'Agents by what they make of their offers. Days are UTC days on which offers went out; agents without any are left out. Up to 5 seconds old. Operators only.',
  })
  async agentLeaderboard(
    @Arg('range', () => ReportRange) range: ReportRange,
    @Arg('sort', () => LeaderboardSortEnum, { defaultValue: 'ACCEPTED' }) sort: LeaderboardSort,
    @Arg('includeTest', () => Boolean, { nullable: true, description: 'true counts offers of test leads as well.' })
    includeTest: boolean | null,
    @Args() page: PageArgs,
    @Ctx() { stale, loaders }: AgentsContext,
  ) {
    const query = { ...checkedRange(range), includeTest: includeTest ?? false };
    const score = `COALESCE(${scores[sort]}, ${LAST})`;
    const list = `agentLeaderboard ${sort} ${query.from} ${query.to} ${query.includeTest}`;
    const found = await stale.page((db) =>
      rollupPage(db, { list, rollup: leaderboard, query, by: 'agent_id', score, page }),
    );
    const ids = found.edges.map(({ node }) => node.agent_id);
    let read: Promise<ReadonlyMap<string, number | null>> | undefined;
    const medians = () => {
      read ??= stale.read(async (db) => {
        const where = { agent_id: ids };
        const groupBy = ['agent_id', 'bucket'] as const;
        return mediansOf(await readRollup(db, acceptSpeed, { ...query, where, groupBy, most: 100_000 }));
      });
      return read;
    };
    const edges = await Promise.all(
      found.edges.map(async ({ node, cursor }) => {
        const agent = await loaders.agents.load(node.agent_id);
        if (!agent) throw new Error(`there is no agent ${node.agent_id}`);
        return { cursor, node: Object.assign(new AgentLeaderboardRow(), { agent, medians, ...figures(node) }) };
      }),
    );
    return { ...found, edges };
  }
}

function figures({ offers, accepted, sold, bound, accept_ms, spend_cents }: Record<LeaderboardMeasure, number>) {
  return {
    ...{ offers, accepted, sold, bound },
    spendCents: spend_cents,
    acceptanceRate: offers === 0 ? null : accepted / offers,
    meanSecondsToAccept: accepted === 0 ? null : accept_ms / accepted / 1_000,
  };
}

/** The median seconds of each agent; rows are sorted by agent and bucket. */
function mediansOf(
  rows: readonly { agent_id?: string; bucket?: string | number; accepted: number }[],
): ReadonlyMap<string, number | null> {
  const counts = new Map<string, { bucket: number; count: number }[]>();
  for (const { agent_id: id = '', bucket, accepted } of rows) {
    counts.set(id, [...(counts.get(id) ?? []), { bucket: Number(bucket), count: accepted }]);
  }
  return new Map(
    [...counts].map(([id, buckets]) => {
      const milliseconds = percentileMs(buckets, 0.5);
      return [id, milliseconds === null ? null : milliseconds / 1_000];
    }),
  );
}
