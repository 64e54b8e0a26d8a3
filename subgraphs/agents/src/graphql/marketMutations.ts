import { DomainError, inTransaction, ListSize, notFound, OnlyFor, withIdempotency } from '@leadgraph/kit';
import { Arg, Ctx, Field, ID, InputType, Mutation, Resolver } from 'type-graphql';
import { type EntityManager, In } from 'typeorm';
import { createAgencies } from '../market/createAgencies.js';
import { createCampaigns } from '../market/createCampaigns.js';
import { registerAgents } from '../market/registerAgents.js';
import { updateAgent } from '../market/updateAgent.js';
import { announceCampaign, updateCampaign } from '../market/updateCampaign.js';
import { Agency } from '../store/agency.js';
import { Agent } from '../store/agent.js';
import { Campaign } from '../store/campaign.js';
import { upsertPools } from '../store/marketStore.js';
import { Pool } from '../store/pool.js';
import { AgencyInput, PoolInput, RegisterAgentInput, UpdateAgentInput } from './agentInputs.js';
import { uuidArg, visibleAgent } from './agentResolver.js';
import type { AgentsContext } from './agentsContext.js';
import { CampaignInput, UpdateCampaignInput } from './campaignInputs.js';

const LARGEST_BATCH = 100;
const MOST_POOLS = 500;
const KEY = 'A repetition with the same key and input answers the same and makes nothing new.';

@InputType({ description: 'A campaign of an agent.' })
export class CreateCampaignInput extends CampaignInput {
  @Field(() => ID)
  agentId: string;
}

/** Setting up the market: for operators. */
@Resolver()
export class MarketMutations {
  @OnlyFor('OPERATOR')
  @Mutation(() => Agency)
  async createAgency(
    @Arg('input', () => AgencyInput) input: AgencyInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: KEY }) key: string | null | undefined,
    @Ctx() context: AgentsContext,
  ): Promise<Agency> {
    const work = (tx: EntityManager) => createAgencies(tx, [input], context.rules);
    const [agency] = await once(context, { operation: 'createAgency', key, body: input, type: Agency }, work);
    if (!agency) throw new Error('the agency vanished');
    return agency;
  }

  @OnlyFor('OPERATOR')
  @ListSize(LARGEST_BATCH)
  @Mutation(() => [Agency], { description: `Up to ${LARGEST_BATCH}, all or none, in the order given.` })
  createAgencies(
    @Arg('inputs', () => [AgencyInput]) inputs: AgencyInput[],
    @Arg('idempotencyKey', () => String, { nullable: true, description: KEY }) key: string | null | undefined,
    @Ctx() context: AgentsContext,
  ): Promise<Agency[]> {
    requireBatch(inputs, LARGEST_BATCH);
    const call = { operation: 'createAgencies', key, body: inputs, type: Agency };
    return once(context, call, (tx) => createAgencies(tx, inputs, context.rules));
  }

  @OnlyFor('OPERATOR')
  @Mutation(() => Agent)
  async registerAgent(
    @Arg('input', () => RegisterAgentInput) input: RegisterAgentInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: KEY }) key: string | null | undefined,
    @Ctx() context: AgentsContext,
  ): Promise<Agent> {
    const call = { operation: 'registerAgent', key, body: input, type: Agent };
    const [agent] = await once(context, call, (tx) => registerAgents(tx, [input], context.rules));
    if (!agent) throw new Error('the agent vanished');
    return agent;
  }

  @OnlyFor('OPERATOR')
  @ListSize(LARGEST_BATCH)
  @Mutation(() => [Agent], {
    description: `Registers up to ${LARGEST_BATCH} agents with licences and campaigns, all or none, in the order given.`,
  })
  createAgents(
    @Arg('inputs', () => [RegisterAgentInput]) inputs: RegisterAgentInput[],
    @Arg('idempotencyKey', () => String, { nullable: true, description: KEY }) key: string | null | undefined,
    @Ctx() context: AgentsContext,
  ): Promise<Agent[]> {
    requireBatch(inputs, LARGEST_BATCH);
    const call = { operation: 'createAgents', key, body: inputs, type: Agent };
    return once(context, call, (tx) => registerAgents(tx, inputs, context.rules));
  }

  @OnlyFor('OPERATOR')
  @Mutation(() => Agent)
  updateAgent(
    @Arg('id', () => ID) id: string,
    @Arg('input', () => UpdateAgentInput) input: UpdateAgentInput,
    @Ctx() { db, rules }: AgentsContext,
  ): Promise<Agent> {
    return inTransaction(db, (tx) => updateAgent(tx, id, input, rules));
  }

  @OnlyFor('OPERATOR')
  @Mutation(() => Campaign)
  async createCampaign(
    @Arg('input', () => CreateCampaignInput) input: CreateCampaignInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: KEY }) key: string | null | undefined,
    @Ctx() context: AgentsContext,
  ): Promise<Campaign> {
    const agentId = uuidArg(input.agentId);
    if (!(await visibleAgent(agentId, context))) throw notFound('Agent', agentId);
    const call = { operation: 'createCampaign', key, body: input, type: Campaign };
    const [campaign] = await once(context, call, async (tx) => {
      const campaigns = await createCampaigns(tx, [{ agentId, input }], context.clock.now());
      for (const made of campaigns) await announceCampaign(tx, made, context.rules);
      return campaigns.map(({ id }) => id);
    });
    if (!campaign) throw new Error('the campaign vanished');
    return campaign;
  }

  @OnlyFor('OPERATOR')
  @Mutation(() => Campaign)
  updateCampaign(
    @Arg('id', () => ID) id: string,
    @Arg('input', () => UpdateCampaignInput) input: UpdateCampaignInput,
    @Ctx() { db, rules }: AgentsContext,
  ): Promise<Campaign> {
    return inTransaction(db, (tx) => updateCampaign(tx, id, input, rules));
  }

  @OnlyFor('OPERATOR')
  @Mutation(() => Campaign, { description: 'Stops new offers; those that are out stay.' })
  pauseCampaign(@Arg('id', () => ID) id: string, @Ctx() { db, rules }: AgentsContext): Promise<Campaign> {
    return inTransaction(db, (tx) => updateCampaign(tx, id, { status: 'PAUSED' }, rules));
  }

  @OnlyFor('OPERATOR')
  @Mutation(() => Campaign)
  resumeCampaign(@Arg('id', () => ID) id: string, @Ctx() { db, rules }: AgentsContext): Promise<Campaign> {
    return inTransaction(db, (tx) => updateCampaign(tx, id, { status: 'ACTIVE' }, rules));
  }

  @OnlyFor('OPERATOR')
  @Mutation(() => Pool, { description: 'Sets up a pool or changes its strategy.' })
  async upsertPool(@Arg('input', () => PoolInput) input: PoolInput, @Ctx() { db }: AgentsContext): Promise<Pool> {
    const [pool] = await inTransaction(db, (tx) => upsertPools(tx, [input]));
    if (!pool) throw new Error('the pool vanished');
    return pool;
  }

  @OnlyFor('OPERATOR')
  @ListSize(MOST_POOLS)
  @Mutation(() => [Pool], { description: `Sets up or changes up to ${MOST_POOLS} pools.` })
  upsertPools(@Arg('inputs', () => [PoolInput]) inputs: PoolInput[], @Ctx() { db }: AgentsContext): Promise<Pool[]> {
    requireBatch(inputs, MOST_POOLS);
    if (new Set(inputs.map(({ line, state }) => `${line} ${state}`)).size < inputs.length) {
      throw new DomainError('BAD_USER_INPUT', 'A line and state stand twice in the list; leave one out.', {
        field: 'inputs',
      });
    }
    return inTransaction(db, (tx) => upsertPools(tx, inputs));
  }
}

/** Does `work`, which returns ids, in one transaction and at most once for a key; answers with the rows in the order of the ids. */
async function once<T extends { id: string }>(
  { db, identity }: AgentsContext,
  call: { operation: string; key: string | null | undefined; body: unknown; type: new () => T },
  work: (tx: EntityManager) => Promise<string[]>,
): Promise<T[]> {
  const { operation, key, body, type } = call;
  return inTransaction(db, async (tx) => {
    const caller = `${identity.kind}:${identity.sub}`;
    const ids =
      key == null
        ? await work(tx)
        : (await withIdempotency(tx, { operation, caller, key, body }, () => work(tx))).answer;
    const rows = await tx.getRepository(type).findBy({ id: In(ids) } as never);
    return ids.flatMap((id) => rows.filter((row) => row.id === id));
  });
}

function requireBatch(inputs: readonly unknown[], largest: number): void {
  if (inputs.length <= largest) return;
  throw new DomainError('BATCH_TOO_LARGE', `Send at most ${largest} at once; split the list.`, {
    field: 'inputs',
    details: { largest },
  });
}
