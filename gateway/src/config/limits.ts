import { z } from 'zod';
import { DEFAULT_LIST_SIZE } from '../limits/compileCost.js';
import type { CostBudgets } from '../limits/operationLimits.js';
import type { RateLimitRules } from '../limits/rateLimits.js';
import { type DocumentLimits, documentLimits } from '../operation/documentLimits.js';
import { count, json, limit, type Values } from './values.js';

const Budgets = z.record(z.string().min(1), z.number().min(0));
const BUDGETS_FORM =
  'give JSON of the kind of an identity to what its operations may cost, {"ANONYMOUS": 1000, "*": 10000}';

const Rate = z.strictObject({ points: limit.max(1_000_000_000), seconds: limit.max(86_400) });
const Rates = z.strictObject({
  identity: z.record(z.string().min(1), Rate).optional(),
  address: Rate.optional(),
});
const RATES_FORM =
  'give JSON of the form {"identity": {"*": {"points": 10000, "seconds": 60}}, "address": {"points": 10000, "seconds": 60}}';

export const limitVariables = {
  MOST_CHARACTERS: limit.default(documentLimits.characters),
  MOST_TOKENS: limit.default(documentLimits.tokens),
  MOST_DEPTH: limit.default(documentLimits.depth),
  MOST_SELECTIONS: limit.default(documentLimits.selections),
  MOST_ALIASES: count.default(documentLimits.aliases),
  MOST_ROOT_ALIASES: count.default(documentLimits.rootAliases),
  MOST_ROOT_FIELDS: limit.default(documentLimits.rootFields),
  MOST_DIRECTIVES: count.default(documentLimits.directives),
  MOST_DIRECTIVES_PER_NODE: count.default(documentLimits.directivesPerNode),
  MOST_COMPARISONS: limit.default(documentLimits.comparisons),
  MOST_OPERATIONS: limit.default(documentLimits.operations),
  MOST_FRAGMENTS: count.default(documentLimits.fragments),
  MOST_VARIABLES: count.default(documentLimits.variables),
  COST_LIST_SIZE: count.default(DEFAULT_LIST_SIZE),
  COST_BUDGETS: json<CostBudgets>(Budgets, BUDGETS_FORM).prefault('{}'),
  RATE_LIMITS: json<RateLimitRules>(Rates, RATES_FORM).prefault('{}'),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'give a URL such as redis://localhost:6379' }).optional(),
  TRUSTED_PROXIES: count.max(10, 'give 10 at the most').default(0),
};

/** What clients may ask for. */
export interface RequestLimits {
  readonly document: DocumentLimits;
  /** What a list is taken for of whose size nothing is known. */
  readonly listSize: number;
  /** What one operation may cost, by the identity's kind; none: anything. */
  readonly costBudgets: CostBudgets;
  /** Undefined: not limited. */
  readonly rates: RateLimitRules | undefined;
  /** Where rates are counted and registered texts kept; without it each process does so for itself. */
  readonly redisUrl: string | undefined;
  /** Proxies of our own that requests pass and that append to `x-forwarded-for`. */
  readonly trustedProxies: number;
}

export function requestLimits(values: Values<typeof limitVariables>): RequestLimits {
  const { RATE_LIMITS: rates } = values;
  return {
    document: {
      ...documentLimits,
      characters: values.MOST_CHARACTERS,
      tokens: values.MOST_TOKENS,
      depth: values.MOST_DEPTH,
      selections: values.MOST_SELECTIONS,
      aliases: values.MOST_ALIASES,
      rootAliases: values.MOST_ROOT_ALIASES,
      rootFields: values.MOST_ROOT_FIELDS,
      directives: values.MOST_DIRECTIVES,
      directivesPerNode: values.MOST_DIRECTIVES_PER_NODE,
      comparisons: values.MOST_COMPARISONS,
      operations: values.MOST_OPERATIONS,
      fragments: values.MOST_FRAGMENTS,
      variables: values.MOST_VARIABLES,
    },
    listSize: values.COST_LIST_SIZE,
    costBudgets: values.COST_BUDGETS,
    rates: rates.identity || rates.address ? rates : undefined,
    redisUrl: values.REDIS_URL,
    trustedProxies: values.TRUSTED_PROXIES,
  };
}
