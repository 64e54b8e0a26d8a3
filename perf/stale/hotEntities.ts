import { randomUUID } from 'node:crypto';
import type { Ask } from './client.ts';

/** After which a change whose answer was lost has been made, or never will be. */
const UNSETTLED_MS = 3_000;

/** Something that only grows: what has been told of it once is the least that it may be read as from then on. */
export interface Growing {
  readonly name: string;
  /** The most that somebody was told: by the answer to a mutation, or by an event. */
  floor: number;
  /** Changes it and answers what it is then. Rejects where it is not known whether it was changed. */
  change(ask: Ask): Promise<number>;
  /** Ways to ask for it. */
  readonly reads: readonly ((ask: Ask) => Promise<number>)[];
}

/** The wallet of an agent: as a root, which depends on the type, and nested in an entity of another subgraph. */
export function walletOf(agentId: string): Growing {
  const credit = `mutation ($input: CreditWalletInput!) { creditWallet(input: $input) { balanceCents } }`;
  return {
    name: `wallet ${agentId}`,
    floor: 0,
    async change(ask) {
      const input = { agentId, amountCents: 1, reason: 'check', idempotencyKey: randomUUID() };
      return (await ask<{ creditWallet: Balance }>(credit, { input })).creditWallet.balanceCents;
    },
    reads: [
      async (ask) =>
        (await ask<{ wallet: Balance }>('query ($id: ID!) { wallet(agentId: $id) { balanceCents } }', { id: agentId }))
          .wallet.balanceCents,
      async (ask) =>
        (
          await ask<{ agent: { wallet: Balance } }>(
            'query ($id: ID!) { agent(id: $id) { name wallet { balanceCents } } }',
            {
              id: agentId,
            },
          )
        ).agent.wallet.balanceCents,
    ],
  };
}

/** What a campaign bids: as a root that looks it up, and nested in its agent. */
export function bidOf(campaignId: string, agentId: string, bidCents: number): Growing {
  const update = `mutation ($id: ID!, $input: UpdateCampaignInput!) { updateCampaign(id: $id, input: $input) { bidCents } }`;
  let bid = bidCents;
  let last: Promise<unknown> = Promise.resolve();
  return {
    name: `campaign ${campaignId}`,
    floor: bidCents,
    async change(ask) {
      // One after another: an older one that comes late would take the bid back. So may one that had no answer, for a while.
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = promise;
      await before;
      try {
        bid += 1;
        const variables = { id: campaignId, input: { bidCents: bid } };
        const { updateCampaign } = await ask<{ updateCampaign: Bid }>(update, variables);
        resolve();
        return updateCampaign.bidCents;
      } catch (error) {
        setTimeout(resolve, UNSETTLED_MS);
        throw error;
      }
    },
    reads: [
      async (ask) =>
        (await ask<{ campaign: Bid }>('query ($id: ID!) { campaign(id: $id) { bidCents } }', { id: campaignId }))
          .campaign.bidCents,
      async (ask) => {
        const query = 'query ($id: ID!) { agent(id: $id) { campaigns { id bidCents } } }';
        const { agent } = await ask<{ agent: { campaigns: (Bid & { id: string })[] } }>(query, { id: agentId });
        return agent.campaigns.find(({ id }) => id === campaignId)?.bidCents ?? 0;
      },
    ],
  };
}

interface Balance {
  readonly balanceCents: number;
}
interface Bid {
  readonly bidCents: number;
}
