import { readConfig, type SubgraphConfig } from '@leadgraph/kit';
import { z } from 'zod';
import { type MasterKeys, readMasterKeys } from './privacy/masterKeys.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Values of the domain reference that an operator may change. */
export interface LeadLimits {
  /** How long a lead may be VALIDATED or QUALIFYING before its qualification is asked for again, and again whenever it has waited twice as long. */
  stuckAfterMs: number;
  /** The longest pause between two such questions. */
  askAgainWithinMs: number;
  /** How long a lead stays UNSOLD before it becomes EXPIRED. */
  unsoldExpiresAfterMs: number;
  /** For how long a newer lead of the same person and line is a duplicate. */
  duplicateWithinMs: number;
  /** For how long an identical payload replays the first answer. */
  replayWithinMs: number;
  /** How many buyers a lead may have when its submission does not say. */
  defaultMaxSales: number;
  /** What a list without a date filter shows. */
  listsShowMs: number;
  /** How many decided leads a source needs before it has a quality. */
  qualityNeeds: number;
}

export const defaultLimits = {
  stuckAfterMs: 2 * MINUTE_MS,
  askAgainWithinMs: 60 * MINUTE_MS,
  unsoldExpiresAfterMs: 30 * DAY_MS,
  duplicateWithinMs: 30 * DAY_MS,
  replayWithinMs: MINUTE_MS,
  defaultMaxSales: 3,
  listsShowMs: 90 * DAY_MS,
  qualityNeeds: 20,
} as const satisfies LeadLimits;

export interface LeadsConfig {
  base: SubgraphConfig;
  masterKeys: MasterKeys;
  limits: LeadLimits;
  /** How often the sweepers look. */
  sweepEveryMs: number;
}

const masterKey = z.string().transform((value, context) => {
  try {
    readMasterKeys(value);
    return value;
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'not usable' });
    return z.NEVER;
  }
});
const positive = z.coerce.number().int().positive();

/**
 * Reads the environment: what all subgraphs share, LEADS_DATABASE_URL, and
 * LEADS_MASTER_KEY (32 bytes as base64), LEADS_RETIRED_MASTER_KEYS (earlier ones, comma-separated, while a rotation is under way),
 * LEADS_STUCK_AFTER_MS, LEADS_UNSOLD_EXPIRES_AFTER_MS, LEADS_DEFAULT_MAX_SALES, LEADS_SWEEP_EVERY_MS.
 * Throws one error that names every fault.
 */
export function readLeadsConfig(env: NodeJS.ProcessEnv = process.env): LeadsConfig {
  const { base, own } = readConfig(
    {
      name: 'leads',
      defaultPort: 4001,
      shape: {
        LEADS_MASTER_KEY: masterKey,
        LEADS_RETIRED_MASTER_KEYS: z
          .string()
          .default('')
          .transform((list) => list.split(',').filter(Boolean))
          .pipe(z.array(masterKey)),
        LEADS_STUCK_AFTER_MS: positive.default(defaultLimits.stuckAfterMs),
        LEADS_UNSOLD_EXPIRES_AFTER_MS: positive.default(defaultLimits.unsoldExpiresAfterMs),
        LEADS_DEFAULT_MAX_SALES: positive.max(5).default(defaultLimits.defaultMaxSales),
        LEADS_SWEEP_EVERY_MS: positive.default(5_000),
      },
    },
    env,
  );
  return {
    base,
    masterKeys: readMasterKeys(own.LEADS_MASTER_KEY, own.LEADS_RETIRED_MASTER_KEYS),
    limits: {
      ...defaultLimits,
      stuckAfterMs: own.LEADS_STUCK_AFTER_MS,
      unsoldExpiresAfterMs: own.LEADS_UNSOLD_EXPIRES_AFTER_MS,
      defaultMaxSales: own.LEADS_DEFAULT_MAX_SALES,
    },
    sweepEveryMs: own.LEADS_SWEEP_EVERY_MS,
  };
}

/** Where the store of leads is, for the command line. Throws when LEADS_DATABASE_URL does not say. */
export function readLeadsDatabaseUrl(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LEADS_DATABASE_URL) return env.LEADS_DATABASE_URL;
  throw new Error('LEADS_DATABASE_URL: say which database, e.g. postgres://leads:…@127.0.0.1:5442/leads');
}
