import type { DeferNode, PlanNode, SubscriptionNode } from '@apollo/query-planner';
import type { Execution } from '../execute/execution.js';
import { runFetch } from '../execute/runFetch.js';
import { type CompiledEvent, compileEvent, type EventSelection, readEventSelection } from './compileEvent.js';
import { type CompiledFetch, type PlanContext, readFetch } from './compileFetch.js';
import type { ConditionValues } from './conditions.js';
import { settleRoutes } from './fetchRoute.js';
import { type PathStep, readPath } from './responsePath.js';
import { settleSharing } from './settleSharing.js';

/** A part of a plan made ready to run over an execution's data. Never rejects for what subgraphs do. */
export type Step = (execution: Execution) => Promise<void>;

/** What `@defer` sends later: one or several fragments at one place of the operation. */
export interface DeferredPart {
  /** Ids of the fetches that bring what this part starts from. */
  readonly depends: readonly string[];
  readonly label: string | undefined;
  /** Response names and `... on T` conditions from the root to the place; lists on the way are not named. */
  readonly queryPath: readonly string[];
  /** What is sent, as a selection at the place; undefined where only nested parts send something. */
  readonly selection: string | undefined;
  readonly run: Step | undefined;
  readonly nested: readonly DeferredPart[];
}

export interface CompiledPlan {
  readonly run: Step | undefined;
  readonly deferred: readonly DeferredPart[];
  /** Of a subscription: where its events come from; `run` is what else is executed for each event. */
  readonly subscription: CompiledSubscription | undefined;
}

export interface CompiledSubscription {
  /** The fetch that the field's owner executes, where the events come from there. */
  readonly primary: CompiledFetch;
  readonly selection: EventSelection;
  /** What is done for an event of a stream, where they come from one. */
  readonly event: CompiledEvent | undefined;
}

/** Compiles a plan for one set of values of the operation's conditions: of a Condition node only the branch that holds remains. */
export function compilePlan(
  node: PlanNode | SubscriptionNode | null,
  conditions: ConditionValues,
  context: PlanContext,
): CompiledPlan {
  const compiler = new PlanCompiler(conditions, context);
  const subscription = node?.kind === 'Subscription' ? readSubscription(node, context) : undefined;
  const rest = node?.kind === 'Subscription' ? node.rest : node;
  const run = rest ? compiler.step(rest, []) : undefined;
  settleSharing(context.fetches);
  settleRoutes(context.fetches);
  const sent = new Set(context.fetches.map((fetch) => fetch.node.id));
  return { run, deferred: dependingOn(sent, compiler.deferred), subscription };
}

/** A fetch in the branch that does not hold is never sent: nothing may wait for it. */
function dependingOn(sent: ReadonlySet<string | undefined>, parts: readonly DeferredPart[]): DeferredPart[] {
  return parts.map((part) => ({
    ...part,
    depends: part.depends.filter((id) => sent.has(id)),
    nested: dependingOn(sent, part.nested),
  }));
}

function readSubscription({ primary }: SubscriptionNode, context: PlanContext): CompiledSubscription {
  const selection = readEventSelection(primary);
  const source = context.eventSources.get(selection.field);
  return {
    primary: readFetch(primary, [], context),
    selection,
    event: source && compileEvent(primary, source, context),
  };
}

class PlanCompiler {
  deferred: DeferredPart[] = [];

  constructor(
    private readonly conditions: ConditionValues,
    private readonly context: PlanContext,
  ) {}

  step(node: PlanNode, path: readonly PathStep[]): Step | undefined {
    switch (node.kind) {
      case 'Fetch': {
        const fetch = readFetch(node, path, this.context);
        return (execution) => runFetch(fetch, execution);
      }
      case 'Flatten':
        return this.step(node.node, [...path, ...readPath(node.path)]);
      case 'Sequence':
        return inSequence(this.steps(node.nodes, path));
      case 'Parallel':
        return inParallel(this.steps(node.nodes, path));
      case 'Condition': {
        const branch = this.conditions.get(node.condition) ? node.ifClause : node.elseClause;
        return branch && this.step(branch, path);
      }
      case 'Defer':
        return this.defer(node, path);
    }
  }

  private steps(nodes: readonly PlanNode[], path: readonly PathStep[]): Step[] {
    return nodes.map((each) => this.step(each, path)).filter((each) => each !== undefined);
  }

  private defer(node: DeferNode, path: readonly PathStep[]): Step | undefined {
    const run = node.primary.node && this.step(node.primary.node, path);
    for (const { depends, label, queryPath, subselection, node: own } of node.deferred) {
      const outer = this.deferred;
      this.deferred = [];
      const later = own && this.step(own, path);
      outer.push({
        depends: depends.map(({ id }) => id),
        label,
        queryPath,
        selection: own?.kind === 'Defer' ? own.primary.subselection : subselection,
        run: later,
        nested: this.deferred,
      });
      this.deferred = outer;
    }
    return run;
  }
}

function inSequence(steps: readonly Step[]): Step | undefined {
  if (steps.length < 2) return steps[0];
  return async (execution) => {
    for (const step of steps) await step(execution);
  };
}

function inParallel(steps: readonly Step[]): Step | undefined {
  if (steps.length < 2) return steps[0];
  return async (execution) => {
    await Promise.all(steps.map((step) => step(execution)));
  };
}
