import { readFileSync } from 'node:fs';
import { ConfigError, readConfig, type SubgraphConfig } from '@leadgraph/kit';
import { z } from 'zod';
import { defaultPriceRules } from './pricing/defaultPriceRules.js';
import { PriceRules } from './pricing/priceRules.js';

const MINUTE = 60_000;

/** The rules of payments that can be set from outside. Times in milliseconds, money in cents. */
export interface PaymentsSettings {
  priceRules: PriceRules;
  /** How long a quote can be used. */
  quoteLifetimeMs: number;
  /** How long a hold outlives its offer's window. */
  holdGraceMs: number;
  /** The pause between two looks for holds past their time. */
  holdSweepMs: number;
  /** The credit limit of a new wallet. */
  newCreditLimitCents: number;
}

/** The domain reference's values. */
export const defaultSettings: PaymentsSettings = {
  priceRules: defaultPriceRules,
  quoteLifetimeMs: 15 * MINUTE,
  holdGraceMs: 10 * MINUTE,
  holdSweepMs: 5_000,
  newCreditLimitCents: 0,
};

const milliseconds = z.coerce.number().int().positive();

const shape = {
  /** A JSON file with price rules that stand in for the built-in ones. */
  PAYMENTS_PRICE_RULES_FILE: z.string().optional(),
  PAYMENTS_QUOTE_LIFETIME_MS: milliseconds.default(defaultSettings.quoteLifetimeMs),
  PAYMENTS_HOLD_GRACE_MS: milliseconds.default(defaultSettings.holdGraceMs),
  PAYMENTS_HOLD_SWEEP_MS: milliseconds.default(defaultSettings.holdSweepMs),
  PAYMENTS_NEW_CREDIT_LIMIT_CENTS: z.coerce.number().int().min(0).default(defaultSettings.newCreditLimitCents),
};

/** Reads the environment once; throws a `ConfigError` that names what is wrong. */
export function readPaymentsConfig(env?: NodeJS.ProcessEnv): { base: SubgraphConfig; settings: PaymentsSettings } {
  const { base, own } = readConfig({ name: 'payments', defaultPort: 4003, shape }, env);
  return {
    base,
    settings: {
      priceRules: readPriceRules(own.PAYMENTS_PRICE_RULES_FILE),
      quoteLifetimeMs: own.PAYMENTS_QUOTE_LIFETIME_MS,
      holdGraceMs: own.PAYMENTS_HOLD_GRACE_MS,
      holdSweepMs: own.PAYMENTS_HOLD_SWEEP_MS,
      newCreditLimitCents: own.PAYMENTS_NEW_CREDIT_LIMIT_CENTS,
    },
  };
}

function readPriceRules(file: string | undefined): PriceRules {
  if (file === undefined) return defaultPriceRules;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError(`PAYMENTS_PRICE_RULES_FILE: "${file}" is not readable as JSON: ${String(error)}`);
  }
  const rules = PriceRules.safeParse(content);
  if (!rules.success) throw new ConfigError(`PAYMENTS_PRICE_RULES_FILE: ${z.prettifyError(rules.error)}`);
  return rules.data;
}
