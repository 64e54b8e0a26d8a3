import { setTimeout as delay } from 'node:timers/promises';
import type { GraphClient } from '../graph/graphClient.ts';
import { type RunState, readRunState } from './runState.ts';
import { isSettled } from './settled.ts';

const openOperation = /* GraphQL */ `
  query OpenLeads($from: DateTimeISO!) {
    leads(
      filter: { receivedFrom: $from, status: [RECEIVED, VALIDATED, QUALIFYING, QUALIFIED, ROUTING, OFFERED] }
      first: 1
    ) { totalCount { value } }
    offers(filter: { status: [RESERVED, OFFERED] }, first: 1) { totalCount { value } }
  }
`;

export interface OpenCount {
  readonly leads: number;
  readonly offers: number;
}

/** How many leads since `from` are on their way, and how many offers are out. A cheap look, counted up to 10,000. */
export async function countOpen(operator: GraphClient, from: Date): Promise<OpenCount> {
  const counts = await operator
    .uncached()
    .request<Record<'leads' | 'offers', { totalCount: { value: number } }>>(openOperation, {
      from: from.toISOString(),
    });
  return { leads: counts.leads.totalCount.value, offers: counts.offers.totalCount.value };
}

export interface SettleOptions {
  readonly from: Date;
  readonly externalIds: ReadonlySet<string>;
  /** How long nothing may change before what is still open counts as stuck. */
  readonly timeoutMs: number;
  readonly pollMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Waits until every lead of the run is settled and answers what the platform has of it then. When nothing has changed for `timeoutMs`, it
 * answers what there is: what is not settled is stuck.
 */
export async function untilSettled(operator: GraphClient, options: SettleOptions): Promise<RunState> {
  const { from, externalIds, timeoutMs, pollMs = 400, signal } = options;
  let seen = '';
  let changedAt = performance.now();
  for (;;) {
    signal?.throwIfAborted();
    const open = await countOpen(operator, from);
    const state = open.leads === 0 ? await readRunState(operator, from, externalIds) : undefined;
    if (state?.leads.every(isSettled)) return state;
    const look = JSON.stringify([open, state?.leads.filter((lead) => !isSettled(lead))]);
    if (look !== seen) changedAt = performance.now();
    seen = look;
    if (performance.now() - changedAt > timeoutMs) return state ?? (await readRunState(operator, from, externalIds));
    await delay(pollMs);
  }
}
