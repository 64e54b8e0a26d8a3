import { ConfigError, readConfig, type SubgraphConfig } from '@leadgraph/kit';
import { z } from 'zod';
import type { OpenAiModelOptions } from './model/openAiModel.js';
import type { TokenPrice } from './model/prices.js';
import { defaultThresholds, type Thresholds } from './scorecard/verdict.js';

/** What the ai subgraph is told from outside, besides what all subgraphs share. */
export interface AiConfig {
  /** Null: no key is given, and the scorecard answers everything. */
  readonly model: OpenAiModelOptions | null;
  /** Null: the list price of the model. */
  readonly price: TokenPrice | null;
  /** Whether test leads may be sent to the model; never to a real provider unless it is said so. */
  readonly modelForTestLeads: boolean;
  /** Millionths of a US dollar a day (UTC), past which the scorecard answers. */
  readonly dailyBudgetMicros: number;
  readonly worker: WorkerConfig;
  readonly thresholds: Thresholds;
  /** How long `qualifyLead(wait: true)` waits before it answers with the job as it is. */
  readonly longestWaitMs: number;
}

export interface WorkerConfig {
  /** Jobs under way at the same time in this process. */
  readonly concurrency: number;
  /** How long a killed worker's jobs stay untouched. Renewed at a third of it. */
  readonly leaseMs: number;
  /** How often to look for jobs of others; its own are announced at once. */
  readonly pollMs: number;
  /** After so many tries the model is left out, after twice as many the job fails. */
  readonly mostAttempts: number;
}

const milliseconds = (fallback: number) => z.coerce.number().int().positive().default(fallback);
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

const shape = {
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  OPENAI_MODEL: z.string().default('gpt-4.1-mini'),
  AI_MODEL_TIME_LIMIT_MS: milliseconds(8_000),
  AI_MODEL_RETRIES: z.coerce.number().int().min(0).max(5).default(2),
  AI_MODEL_CONCURRENCY: z.coerce.number().int().min(1).max(500).optional(),
  AI_BREAKER_OPEN_MS: milliseconds(10_000),
  AI_MODEL_FOR_TEST_LEADS: flag.optional(),
  AI_PRICE_INPUT_USD_PER_MILLION: z.coerce.number().min(0).optional(),
  AI_PRICE_OUTPUT_USD_PER_MILLION: z.coerce.number().min(0).optional(),
  AI_DAILY_BUDGET_USD: z.coerce.number().min(0).max(1_000_000).default(25),
  AI_WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(500).default(32),
  AI_LEASE_MS: milliseconds(10_000),
  AI_POLL_MS: milliseconds(1_000),
  AI_QUALIFY_WAIT_MS: milliseconds(10_000),
};

/** Reads the environment; throws one `ConfigError` that names every fault. */
export function readAiConfig(env: NodeJS.ProcessEnv = process.env): { base: SubgraphConfig; ai: AiConfig } {
  const { base, own } = readConfig({ name: 'ai', defaultPort: 4004, shape }, env);
  const { AI_PRICE_INPUT_USD_PER_MILLION: input, AI_PRICE_OUTPUT_USD_PER_MILLION: output } = own;
  if ((input === undefined) !== (output === undefined)) {
    throw new ConfigError('Give both AI_PRICE_INPUT_USD_PER_MILLION and AI_PRICE_OUTPUT_USD_PER_MILLION, or neither.');
  }
  const baseUrl = own.OPENAI_BASE_URL ?? null;
  return {
    base,
    ai: {
      model: own.OPENAI_API_KEY
        ? {
            apiKey: own.OPENAI_API_KEY,
            baseUrl,
            model: own.OPENAI_MODEL,
            resilience: {
              timeLimitMs: own.AI_MODEL_TIME_LIMIT_MS,
              retries: own.AI_MODEL_RETRIES,
              concurrency: own.AI_MODEL_CONCURRENCY ?? own.AI_WORKER_CONCURRENCY,
              breakerThreshold: 0.5,
              breakerSize: 40,
              breakerMinimum: 10,
              breakerOpenMs: own.AI_BREAKER_OPEN_MS,
            },
          }
        : null,
      price: input !== undefined && output !== undefined ? { input, output } : null,
      modelForTestLeads: own.AI_MODEL_FOR_TEST_LEADS ?? isOnThisMachine(baseUrl),
      dailyBudgetMicros: Math.round(own.AI_DAILY_BUDGET_USD * 1_000_000),
      worker: {
        concurrency: own.AI_WORKER_CONCURRENCY,
        leaseMs: own.AI_LEASE_MS,
        pollMs: own.AI_POLL_MS,
        mostAttempts: 3,
      },
      thresholds: defaultThresholds,
      longestWaitMs: own.AI_QUALIFY_WAIT_MS,
    },
  };
}

/** A service on this machine is an emulator; test leads must not reach a real provider (domain reference). */
function isOnThisMachine(baseUrl: string | null): boolean {
  return baseUrl !== null && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(baseUrl).hostname);
}
