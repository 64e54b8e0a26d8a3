import { Cached, DomainError, isUuid, OnlyFor, UNTIL_CHANGED } from '@leadgraph/kit';
import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Wallet } from '../store/wallet.js';
import { requireId } from './inputChecks.js';
import type { PaymentsContext } from './paymentsContext.js';
import { Agent } from './stubs.js';
import { canSeeMoneyOf, requireWalletReader } from './visibility.js';

/** The wallet that an event or another subgraph points to; null for whoever may not see it. */
export async function referencedWallet(
  agentId: string,
  { identity, loaders }: PaymentsContext,
): Promise<Wallet | null> {
  return isUuid(agentId) && canSeeMoneyOf(identity, agentId) ? loaders.wallets.load(agentId) : null;
}

/** The wallet of an agent if the caller may see it; FORBIDDEN otherwise. */
export async function visibleWallet(agentId: string, context: PaymentsContext): Promise<Wallet | null> {
  requireWalletReader(context.identity, agentId);
  return context.loaders.wallets.load(agentId);
}

@Resolver(() => Wallet)
export class WalletResolver {
  @OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
  @Cached({ maxAge: UNTIL_CHANGED })
  @Query(() => Wallet, { nullable: true })
  async wallet(@Arg('agentId', () => ID) agentId: string, @Ctx() context: PaymentsContext): Promise<Wallet> {
    const wallet = await visibleWallet(requireId(agentId, 'agentId'), context);
    if (wallet) return wallet;
    throw new DomainError(
      'WALLET_NOT_READY',
      'There is no wallet for this agent yet. It is opened moments after the agent is registered: ask again in a few seconds; if it stays, check the id.',
      { field: 'agentId', retryable: true, details: { agentIds: [agentId] } },
    );
  }

  @FieldResolver(() => Agent, { nullable: true })
  agent(@Root() wallet: Wallet): Agent {
    return { id: wallet.id };
  }
}

@Resolver(() => Agent)
export class AgentWalletResolver {
  @OnlyFor('OPERATOR', 'FRONTEND', 'AGENT')
  @FieldResolver(() => Wallet, {
    nullable: true,
    description: 'For the agent itself, operators and frontends. Null for a moment after the agent is registered.',
  })
  wallet(@Root() agent: Agent, @Ctx() context: PaymentsContext): Promise<Wallet | null> {
    return visibleWallet(agent.id, context);
  }
}
