import { setTimeout as delay } from 'node:timers/promises';
import { submitLead } from '../graph/createLead.ts';
import { createGraphClient, type GraphClient } from '../graph/graphClient.ts';
import { readMarketNames } from '../graph/marketNames.ts';
import { leadPoster } from '../graph/postLead.ts';
import type { IssueToken } from '../issueToken.ts';
import { type AgentDesk, openAgentDesk } from './agentDesk.ts';
import type { DemoFigures } from './demoFigures.ts';
import type { DemoLead } from './demoLead.ts';
import { figuresOf } from './figuresOf.ts';
import { type DemoRun, leadOfRun } from './leadOfRun.ts';
import { nextRun } from './nextRun.ts';
import { withOfferWindow } from './offerWindow.ts';
import { type PostedLead, postLeads } from './postLeads.ts';
import { countOpen, untilSettled } from './untilSettled.ts';

export interface DemoOptions {
  readonly graphqlUrl: string;
  readonly issueToken: IssueToken;
  readonly leads: readonly DemoLead[];
  /** Offers expire after this long instead of 300 s. Default 3 s. */
  readonly windowSeconds?: number;
  /** Posts under way at a time. Default 16. */
  readonly concurrency?: number;
  /** How long nothing may change before what is still open counts as stuck. Default 120 s. */
  readonly settleTimeoutMs?: number;
  /** How long a request is repeated while something behind the gateway is away. Default 60 s. */
  readonly retryForMs?: number;
  readonly onProgress?: (progress: DemoProgress) => void;
  readonly signal?: AbortSignal;
}

export interface DemoProgress {
  readonly posted: number;
  /** Submissions that nothing more happens to, as of the last look. */
  readonly settled: number;
  readonly total: number;
}

export interface DemoResult {
  readonly figures: DemoFigures;
  readonly run: DemoRun;
  readonly posted: readonly PostedLead[];
  readonly decisions: AgentDesk['decisions'];
}

/** The clocks of this process and of leads may differ by so much. */
const CLOCK_SLACK_MS = 5_000;
const PROGRESS_EVERY_MS = 500;

/**
 * Posts the leads, plays the agents, waits until everything is settled, and reads what came of it. The demo data have to be in the
 * platform (`seed`). What is away for a while is waited for: a kill of any one process in between changes nothing in the outcome.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { concurrency = 16, windowSeconds = 3, settleTimeoutMs = 120_000, signal } = options;
  const callers = createCallers(options);
  const operator = await callers.of('OPERATOR', 'ops');
  const run = await nextDemoRun(operator, options.leads);
  const leads = options.leads.map((lead) => leadOfRun(lead, run));
  const externalIds = new Set(leads.map(({ externalId }) => externalId));
  const from = new Date(run.startedAt.getTime() - CLOCK_SLACK_MS);
  const names = await readMarketNames(operator);
  const post = leadPoster(names, (partner) => callers.of('PARTNER', partner), submitLead);

  return withOfferWindow(operator, windowSeconds, async () => {
    const began = performance.now();
    const progress = watchProgress(options, operator, from);
    const desk = openAgentDesk({
      operator,
      agentClient: (agentId) => callers.of('AGENT', agentId),
      isOurs: (externalId) => externalIds.has(externalId),
    });
    try {
      const keyPrefix = `demo-${run.startedAt.getTime()}`;
      const posted = await postLeads(leads, {
        post,
        concurrency,
        keyPrefix,
        onPosted: progress.posted,
        ...(signal && { signal }),
      });
      const state = await untilSettled(operator, {
        from,
        externalIds,
        timeoutMs: settleTimeoutMs,
        ...(signal && { signal }),
      });
      const figures = figuresOf(posted, state, { run: run.number, elapsedMs: performance.now() - began });
      progress.finished();
      return { figures, run, posted, decisions: desk.decisions };
    } finally {
      await progress.close();
      await desk.close();
    }
  });
}

async function nextDemoRun(operator: GraphClient, leads: readonly DemoLead[]): Promise<DemoRun> {
  const scale = Math.max(1, Math.ceil(leads.length / 1_000));
  return { number: await nextRun(operator, leads, scale), startedAt: new Date(), scale };
}

/** Clients of the gateway, one an identity. */
function createCallers({ graphqlUrl, issueToken, retryForMs }: DemoOptions) {
  const clients = new Map<string, Promise<GraphClient>>();
  const make = async (kind: 'OPERATOR' | 'PARTNER' | 'AGENT', sub: string) =>
    createGraphClient({
      graphqlUrl,
      token: await issueToken({ kind, sub }),
      ...(retryForMs !== undefined && { retryForMs }),
    });
  return {
    of(kind: 'OPERATOR' | 'PARTNER' | 'AGENT', sub: string): Promise<GraphClient> {
      const client = clients.get(`${kind} ${sub}`) ?? make(kind, sub);
      clients.set(`${kind} ${sub}`, client);
      return client;
    },
  };
}

/** Reports how far the run is. Only for the eye: a look that fails is left out. */
function watchProgress({ onProgress, leads }: DemoOptions, operator: GraphClient, from: Date) {
  const progress = { posted: 0, settled: 0, total: leads.length };
  const stop = new AbortController();
  const looking = (async () => {
    while (onProgress && !stop.signal.aborted) {
      const open = await countOpen(operator, from).catch(() => undefined);
      if (open) progress.settled = Math.max(0, progress.posted - open.leads);
      if (!stop.signal.aborted) onProgress({ ...progress });
      await delay(PROGRESS_EVERY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    posted() {
      progress.posted += 1;
      onProgress?.({ ...progress });
    },
    finished() {
      stop.abort();
      onProgress?.({ ...progress, settled: progress.total });
    },
    close() {
      stop.abort();
      return looking;
    },
  };
}
