import { readConfig, type SubgraphConfig } from '@leadgraph/kit';
import { z } from 'zod';
import type { AgentsSettings } from './agentsRules.js';
import { defaultRoutingSettings } from './routing/candidate.js';
import { poolStrategies } from './routing/vocabulary.js';

const SECOND = 1_000;

/** The domain reference's values, and time limits of this subgraph's states. */
export const defaultSettings: AgentsSettings = {
  routing: defaultRoutingSettings,
  offerWindowMs: 300 * SECOND,
  holdWaitMs: 60 * SECOND,
  quoteMarginMs: 30 * SECOND,
  quotesResendMs: 30 * SECOND,
  reservedResendMs: 30 * SECOND,
  acceptedResendMs: 60 * SECOND,
  longestResendMs: 600 * SECOND,
  expirySweepMs: 250,
  resendSweepMs: SECOND,
  queueSweepMs: SECOND,
};

const milliseconds = z.coerce.number().int().positive();
const count = z.coerce.number().int().positive();

const shape = {
  AGENTS_OFFER_WINDOW_MS: milliseconds.default(defaultSettings.offerWindowMs),
  AGENTS_HOLD_WAIT_MS: milliseconds.default(defaultSettings.holdWaitMs),
  AGENTS_QUOTES_RESEND_MS: milliseconds.default(defaultSettings.quotesResendMs),
  AGENTS_RESERVED_RESEND_MS: milliseconds.default(defaultSettings.reservedResendMs),
  AGENTS_ACCEPTED_RESEND_MS: milliseconds.default(defaultSettings.acceptedResendMs),
  AGENTS_EXPIRY_SWEEP_MS: milliseconds.default(defaultSettings.expirySweepMs),
  AGENTS_MOST_ROUNDS: count.default(defaultRoutingSettings.mostRounds),
  AGENTS_MOST_OPEN_OFFERS: count.default(defaultRoutingSettings.mostOpenOffers),
  AGENTS_SHARED_OVERSUBSCRIPTION: z.coerce.number().int().min(0).default(defaultRoutingSettings.sharedOversubscription),
  AGENTS_DEFAULT_STRATEGY: z.enum(poolStrategies).default(defaultRoutingSettings.defaultStrategy),
};

/** Reads the environment once; throws a `ConfigError` that names what is wrong. */
export function readAgentsConfig(env?: NodeJS.ProcessEnv): { base: SubgraphConfig; settings: AgentsSettings } {
  const { base, own } = readConfig({ name: 'agents', defaultPort: 4002, shape }, env);
  return {
    base,
    settings: {
      ...defaultSettings,
      offerWindowMs: own.AGENTS_OFFER_WINDOW_MS,
      holdWaitMs: own.AGENTS_HOLD_WAIT_MS,
      quotesResendMs: own.AGENTS_QUOTES_RESEND_MS,
      reservedResendMs: own.AGENTS_RESERVED_RESEND_MS,
      acceptedResendMs: own.AGENTS_ACCEPTED_RESEND_MS,
      expirySweepMs: own.AGENTS_EXPIRY_SWEEP_MS,
      routing: {
        ...defaultRoutingSettings,
        mostRounds: own.AGENTS_MOST_ROUNDS,
        mostOpenOffers: own.AGENTS_MOST_OPEN_OFFERS,
        sharedOversubscription: own.AGENTS_SHARED_OVERSUBSCRIPTION,
        defaultStrategy: own.AGENTS_DEFAULT_STRATEGY,
      },
    },
  };
}

/** Where the store of agents is, for the command line. Throws when AGENTS_DATABASE_URL does not say. */
export function readAgentsDatabaseUrl(env: NodeJS.ProcessEnv = process.env): string {
  if (env.AGENTS_DATABASE_URL) return env.AGENTS_DATABASE_URL;
  throw new Error('AGENTS_DATABASE_URL: say which database, e.g. postgres://agents:…@127.0.0.1:5442/agents');
}
