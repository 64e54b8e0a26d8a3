import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import { allPages } from '../graph/allPages.ts';
import { type GraphClient, GraphError } from '../graph/graphClient.ts';
import { type AgentDecision, agentDecision } from './agentDecision.ts';

interface OpenOffer {
  readonly id: string;
  readonly agent: { readonly id: string; readonly npn: string };
  readonly lead: { readonly externalId: string | null } | null;
}

const openOffers = /* GraphQL */ `
  query OpenOffers($first: Int!, $after: String) {
    offers(filter: { status: [OFFERED] }, first: $first, after: $after) {
      edges { node { id agent { id npn } lead { externalId } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
const acceptOffer = /* GraphQL */ `mutation AcceptOffer($id: ID!) { acceptOffer(offerId: $id) { id status } }`;
const rejectOffer = /* GraphQL */ `
  mutation RejectOffer($id: ID!) { rejectOffer(offerId: $id, reason: "Not in my area of interest") { id status } }
`;

export interface AgentDeskOptions {
  readonly operator: GraphClient;
  /** The agent's own caller. */
  readonly agentClient: (agentId: string) => Promise<GraphClient>;
  /** Whether the lead belongs to this run; offers of others are left alone. */
  readonly isOurs: (externalId: string) => boolean;
  readonly decide?: (externalId: string, npn: string) => AgentDecision;
  /** Pause between two looks. Default 200 ms. */
  readonly pollMs?: number;
  readonly concurrency?: number;
}

export interface AgentDesk {
  /** How the agents decided so far; LATE are answers that the offer was no longer open. */
  readonly decisions: Readonly<Record<AgentDecision | 'LATE', number>>;
  /** Stops looking and waits for the answers under way. Rejects with what made the desk give up, if something did. */
  close(): Promise<void>;
}

/**
 * Plays the agents: looks for open offers as an operator and has each agent answer its own, once, as `agentDecision` says. An answer that
 * comes too late (expired, taken by another) counts as LATE; a gateway or service that is away is waited for by the client.
 */
export function openAgentDesk(options: AgentDeskOptions): AgentDesk {
  const { operator, agentClient, isOurs, decide = agentDecision, pollMs = 200, concurrency = 16 } = options;
  const decisions = { ACCEPT: 0, REJECT: 0, IGNORE: 0, LATE: 0 };
  const seen = new Set<string>();
  const answers = new Set<Promise<void>>();
  const limit = pLimit(concurrency);
  const stop = new AbortController();
  let failure: unknown;

  const answer = async ({ id, agent }: OpenOffer, decision: AgentDecision) => {
    if (decision === 'IGNORE') return;
    const client = await agentClient(agent.id);
    try {
      await client.request(decision === 'ACCEPT' ? acceptOffer : rejectOffer, { id });
    } catch (error) {
      if (!(error instanceof GraphError) || error.transient) throw error;
      decisions.LATE += 1;
    }
  };

  const look = async () => {
    for (const offer of await allPages<OpenOffer>(operator, openOffers, 'offers')) {
      const externalId = offer.lead?.externalId;
      if (seen.has(offer.id) || externalId == null || !isOurs(externalId)) continue;
      seen.add(offer.id);
      const decision = decide(externalId, offer.agent.npn);
      decisions[decision] += 1;
      const under = limit(() => answer(offer, decision)).catch((error: unknown) => {
        failure ??= error;
      });
      answers.add(under);
      void under.finally(() => answers.delete(under));
    }
  };

  const looking = (async () => {
    while (!stop.signal.aborted && failure === undefined) {
      await look();
      await delay(pollMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })().catch((error: unknown) => {
    failure ??= error;
  });

  return {
    decisions,
    async close() {
      stop.abort();
      await looking;
      await Promise.all(answers);
      if (failure !== undefined) throw failure;
    },
  };
}
