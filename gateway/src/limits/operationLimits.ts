import { RequestRefused } from '../errors/requestRefused.js';
import type { Identity } from '../identity/identity.js';
import type { Operation } from '../operation/operation.js';
import type { RateLimits } from './rateLimits.js';

/** Who wants an operation executed, as far as limits go. */
export interface Applicant {
  readonly identity: Identity;
  /** The address that the request came from. */
  readonly address?: string | undefined;
  /** Takes headers of the response that tell what is left. */
  readonly tell?: ((headers: Readonly<Record<string, string>>) => void) | undefined;
}

/**
 * Checks what an operation may cost, before anything is sent for it. Throws `RequestRefused` COST_ESTIMATED_TOO_EXPENSIVE, SLICING_ARGUMENT_REQUIRED, or rejects with RATE_LIMITED. Nothing is
 * returned where nothing has to be waited for.
 */
export type Admit = (
  operation: Pick<Operation, 'estimateCost'>,
  variables: Readonly<Record<string, unknown>>,
  applicant: Applicant,
) => Promise<void> | void;

/** What is refused before it is an operation. */
export const REFUSED: Pick<Operation, 'estimateCost'> = { estimateCost: () => 0 };

/**
 * Finds an operation. One that is refused is paid for with the one point that every request costs, since it has been parsed and validated: rejects with its refusal, or as `Admit` does.
 */
export function findOrSpend<T>(
  find: () => T | Promise<T>,
  admit: Admit | undefined,
  applicant: () => Applicant,
): T | Promise<T> {
  try {
    const found = find();
    return admit && found instanceof Promise ? found.catch((error) => spend(error, admit, applicant)) : found;
  } catch (error) {
    if (!admit) throw error;
    return spend(error, admit, applicant);
  }
}

async function spend(error: unknown, admit: Admit, applicant: () => Applicant): Promise<never> {
  await admit(REFUSED, {}, applicant());
  throw error;
}

/** Budgets of one operation by the identity's kind; `*` for kinds that are not named. */
export type CostBudgets = Readonly<Record<string, number>>;

/** Makes the check; undefined where nothing is limited, so that nothing is estimated either. */
export function createAdmit(budgets: CostBudgets, rates: RateLimits | undefined): Admit | undefined {
  if (Object.keys(budgets).length === 0 && !rates) return undefined;
  return (operation, variables, applicant) => {
    const cost = operation.estimateCost(variables);
    const budget = budgetOf(budgets, applicant.identity);
    if (budget !== undefined && cost > budget) throw tooExpensive(cost, budget);
    return rates?.spend(cost, applicant);
  };
}

/** What an operation of this identity may cost; undefined: anything. */
export function budgetOf(budgets: CostBudgets, { kind }: Identity): number | undefined {
  return Object.hasOwn(budgets, kind) ? budgets[kind] : budgets['*'];
}

function tooExpensive(estimated: number, budget: number): RequestRefused {
  const message = `The operation is estimated to cost ${estimated}; ${budget} is allowed. Ask for shorter lists or fewer fields, or split it into several.`;
  const code = 'COST_ESTIMATED_TOO_EXPENSIVE';
  return new RequestRefused(code, message, {
    errors: [{ message, extensions: { code, cost: { estimated, budget } } }],
  });
}
