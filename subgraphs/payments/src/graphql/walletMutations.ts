import { DomainError, ListSize, OnlyFor, SafeInt } from '@leadgraph/kit';
import { Arg, Ctx, Field, ID, InputType, Mutation, Resolver } from 'type-graphql';
import { Wallet } from '../store/wallet.js';
import { creditWallets } from '../wallets/creditWallets.js';
import { reverseEntry } from '../wallets/reverseEntry.js';
import { setCreditLimit } from '../wallets/setCreditLimit.js';
import { Funding } from './enums.js';
import { requireAmount, requireId, requireIdempotencyKey, requireReason } from './inputChecks.js';
import type { PaymentsContext } from './paymentsContext.js';

const LARGEST_BATCH = 200;
/** Nullable for its default's sake: compiled operations (graphql-jit) do not fill in the default of a required input field. */
const fundingOptions = { nullable: true, defaultValue: 'BANK_TRANSFER' } as const;

@InputType()
export class CreditWalletInput {
  @Field(() => ID)
  agentId: string;

  @Field(() => SafeInt, { description: 'More than zero.' })
  amountCents: number;

  @Field(() => String, { description: 'Kept in the journal.' })
  reason: string;

  @Field(() => Funding, fundingOptions)
  funding: keyof typeof Funding | null;

  @Field(() => String)
  idempotencyKey: string;
}

@InputType()
export class WalletCreditInput {
  @Field(() => ID)
  agentId: string;

  @Field(() => SafeInt)
  amountCents: number;
}

@InputType()
export class CreditWalletsInput {
  @Field(() => [WalletCreditInput], { description: `1 to ${LARGEST_BATCH}, each agent once. All are booked or none.` })
  credits: WalletCreditInput[];

  @Field(() => String)
  reason: string;

  @Field(() => Funding, fundingOptions)
  funding: keyof typeof Funding | null;

  @Field(() => String)
  idempotencyKey: string;
}

@InputType()
export class SetCreditLimitInput {
  @Field(() => ID)
  agentId: string;

  @Field(() => SafeInt, { description: 'How far the balance may fall below zero.' })
  creditLimitCents: number;

  @Field(() => String)
  idempotencyKey: string;
}

@InputType()
export class ReverseEntryInput {
  @Field(() => ID, { description: 'A CREDIT of the journal.' })
  entryId: string;

  @Field(() => String)
  reason: string;

  @Field(() => String)
  idempotencyKey: string;
}

/** What operators do with wallets. Each takes an idempotency key: repeated, it answers what it answered first. */
@Resolver()
export class WalletMutations {
  @OnlyFor('OPERATOR')
  @Mutation(() => Wallet, { nullable: true, description: 'For operators. WALLET_NOT_READY can be retried.' })
  async creditWallet(
    @Arg('input', () => CreditWalletInput) input: CreditWalletInput,
    @Ctx() context: PaymentsContext,
  ): Promise<Wallet | null> {
    const [agentId] = await credit(context, 'creditWallet', { ...input, credits: [input] });
    return agentId === undefined ? null : freshWallet(context, agentId);
  }

  @OnlyFor('OPERATOR')
  @ListSize(LARGEST_BATCH)
  @Mutation(() => [Wallet], { nullable: true, description: 'For operators. WALLET_NOT_READY can be retried.' })
  async creditWallets(
    @Arg('input', () => CreditWalletsInput) input: CreditWalletsInput,
    @Ctx() context: PaymentsContext,
  ): Promise<(Wallet | null)[]> {
    const agentIds = await credit(context, 'creditWallets', input);
    return Promise.all(agentIds.map((agentId) => freshWallet(context, agentId)));
  }

  @OnlyFor('OPERATOR')
  @Mutation(() => Wallet, { nullable: true, description: 'For operators.' })
  async setCreditLimit(
    @Arg('input', () => SetCreditLimitInput) input: SetCreditLimitInput,
    @Ctx() context: PaymentsContext,
  ): Promise<Wallet | null> {
    requireIdempotencyKey(input.idempotencyKey);
    requireAmount(input.creditLimitCents, 0, 'creditLimitCents');
    const agentId = requireId(input.agentId, 'agentId');
    await setCreditLimit(context.db, context.identity, { ...input, agentId });
    return freshWallet(context, agentId);
  }

  @OnlyFor('OPERATOR')
  @Mutation(() => Wallet, { nullable: true, description: 'For operators: takes a credit back.' })
  async reverseEntry(
    @Arg('input', () => ReverseEntryInput) input: ReverseEntryInput,
    @Ctx() context: PaymentsContext,
  ): Promise<Wallet | null> {
    requireIdempotencyKey(input.idempotencyKey);
    requireReason(input.reason);
    const request = { ...input, entryId: requireId(input.entryId, 'entryId') };
    return freshWallet(context, await reverseEntry(context.db, context.identity, request, context.rules));
  }
}

/** The wallet as it is now, also after an earlier mutation of the same operation had read it. */
function freshWallet(context: PaymentsContext, agentId: string): Promise<Wallet | null> {
  return context.loaders.wallets.clear(agentId).load(agentId);
}

/** Books the credits and returns whose wallets they went to. */
async function credit(
  context: PaymentsContext,
  operation: 'creditWallet' | 'creditWallets',
  input: Omit<CreditWalletsInput, 'credits'> & { credits: readonly WalletCreditInput[] },
): Promise<string[]> {
  requireIdempotencyKey(input.idempotencyKey);
  requireReason(input.reason);
  const credits = input.credits.map(({ agentId, amountCents }) => ({
    agentId: requireId(agentId, 'agentId'),
    amountCents: requireAmount(amountCents, 1),
  }));
  if (credits.length === 0 || credits.length > LARGEST_BATCH) {
    throw new DomainError(
      'BATCH_TOO_LARGE',
      `A batch has 1 to ${LARGEST_BATCH} credits; send several with a key each.`,
      {
        field: 'credits',
      },
    );
  }
  if (new Set(credits.map(({ agentId }) => agentId)).size < credits.length) {
    throw new DomainError('BAD_USER_INPUT', 'An agent stands twice in this batch; add its amounts up.', {
      field: 'credits',
    });
  }
  const { reason, idempotencyKey } = input;
  const funding = input.funding ?? 'BANK_TRANSFER';
  const request = { operation, credits, funding, reason, idempotencyKey };
  await creditWallets(context.db, context.identity, request, context.rules);
  return credits.map(({ agentId }) => agentId);
}
