import type { CompiledVariant } from '../compile/compileVariant.js';
import type { FetchTrace, Trace } from './trace.js';

/** What `extensions.plan` shows of an execution. */
export interface ExplainedPlan {
  /** The plan as Apollo's planner made it, for these values of the operation's conditions. */
  readonly plan: unknown;
  /** The fetches as they were sent, in the order of their answers. */
  readonly fetches: readonly (FetchTrace & {
    readonly subgraph: string;
    readonly path: string;
    readonly operation: string;
  })[];
}

/** The plan of an operation, with what each fetch did: how long it took, what was shared and de-duplicated. */
export function explainPlan({ planJson, fetches }: CompiledVariant, trace: Trace): ExplainedPlan {
  return {
    plan: JSON.parse(planJson),
    fetches: trace.fetches.map((each) => {
      const fetch = fetches[each.fetch];
      return {
        ...each,
        subgraph: fetch?.subgraph.name ?? '',
        path: (fetch?.path ?? []).map(({ key }) => key ?? '@').join('.'),
        operation: fetch?.document.text ?? '',
      };
    }),
  };
}
