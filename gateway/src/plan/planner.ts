import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { RequestRefused } from '../errors/requestRefused.js';
import type { LoadedSupergraph, PlannerInput, PlannerReply } from './plannerProtocol.js';

export interface PlannerOptions {
  /** The longest that planning one operation may take; the planner's thread is started anew after it. */
  readonly timeLimitMs: number;
  readonly maxEvaluatedPlans: number;
  readonly pathsLimit: number;
  /** Operations that wait to be planned, at most; further ones are refused. */
  readonly waiting: number;
}

/** The supergraph does not load; the message says why. */
export class SupergraphRefused extends Error {
  override readonly name = 'SupergraphRefused';
}

interface Job {
  readonly text: string;
  readonly operationName: string | undefined;
  readonly resolve: (plan: string) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Apollo's planner for one supergraph, in a thread of its own. Plans one operation at a time, in the order of asking.
 * States: loading → idle ⇄ planning → closed; a thread that overran its time or died is replaced by one that loads the same supergraph,
 * while what waits goes on waiting.
 */
export class Planner {
  private thread: Worker | undefined;
  private ready = false;
  private closed = false;
  private nextId = 1;
  private current: { id: number; job: Job; timer: NodeJS.Timeout } | undefined;
  private readonly queue: Job[] = [];

  private constructor(
    private readonly supergraphSdl: string,
    private readonly options: PlannerOptions,
  ) {}

  /** Starts the thread and loads the supergraph in it. Rejects with `SupergraphRefused` when it does not load. */
  static async load(
    supergraphSdl: string,
    options: PlannerOptions,
  ): Promise<{ planner: Planner; supergraph: LoadedSupergraph }> {
    const planner = new Planner(supergraphSdl, options);
    const supergraph = await planner.startThread();
    return { planner, supergraph };
  }

  /**
   * The plan of an operation that has been validated: its root node as JSON. Rejects with `RequestRefused`: PLANNING_TIMEOUT, PLANNING_FAILED,
   * or PLANNER_BUSY when too many wait.
   */
  plan(text: string, operationName: string | undefined): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.closed || this.queue.length >= this.options.waiting) {
        reject(new RequestRefused('PLANNER_BUSY', 'Too many new operations at once. Send this one again in a second.'));
        return;
      }
      this.queue.push({ text, operationName, resolve, reject });
      this.next();
    });
  }

  /** Ends the thread. What still waits is refused. */
  async close(): Promise<void> {
    this.closed = true;
    const gone = new RequestRefused('SHUTTING_DOWN', 'This process is about to end. Send the request again.');
    this.takeCurrent()?.reject(gone);
    for (const job of this.queue.splice(0)) job.reject(gone);
    await this.thread?.terminate();
  }

  private next(): void {
    if (!this.ready || this.current) return;
    const job = this.queue.shift();
    if (!job) return;
    const id = this.nextId++;
    const timer = setTimeout(() => this.overrun(), this.options.timeLimitMs);
    this.current = { id, job, timer };
    this.thread?.postMessage({ id, text: job.text, operationName: job.operationName });
  }

  private overrun(): void {
    const message = `Planning this operation takes longer than ${this.options.timeLimitMs / 1000} s. Ask for less at once, or split it.`;
    this.takeCurrent()?.reject(new RequestRefused('PLANNING_TIMEOUT', message));
    // The planner is synchronous: ending its thread is the only way to stop it.
    void this.thread?.terminate();
  }

  private takeCurrent(): Job | undefined {
    const { current } = this;
    this.current = undefined;
    clearTimeout(current?.timer);
    return current?.job;
  }

  private startThread(): Promise<LoadedSupergraph> {
    const { supergraphSdl } = this;
    const { maxEvaluatedPlans, pathsLimit } = this.options;
    const workerData: PlannerInput = { supergraphSdl, maxEvaluatedPlans, pathsLimit };
    this.ready = false;
    return new Promise((resolve, reject) => {
      const thread = new Worker(workerFile(), {
        workerData,
        env: { APOLLO_TELEMETRY_DISABLED: 'true' },
        // Planning leaves much garbage and little that lives.
        resourceLimits: { maxYoungGenerationSizeMb: 16 },
      });
      this.thread = thread;
      let failure: Error | undefined;
      thread.on('message', (message: PlannerReply) => {
        if (message.kind === 'loaded') {
          this.ready = true;
          // While the supergraph loads nothing else may keep the process alive; later the server does.
          thread.unref();
          resolve(message.supergraph);
          this.next();
        } else if (message.kind === 'not-loaded') {
          failure = new SupergraphRefused(message.reason);
          void thread.terminate();
        } else this.settle(message);
      });
      thread.once('error', (error) => {
        failure ??= error instanceof Error ? error : new Error(String(error));
      });
      thread.once('exit', () => {
        const wasReady = this.ready;
        this.ready = false;
        reject(failure ?? new Error("the planner's thread ended"));
        if (!wasReady || this.closed) return;
        this.takeCurrent()?.reject(planningFailed(failure));
        this.startThread().catch((error: unknown) => this.giveUp(error));
      });
    });
  }

  private settle(message: Extract<PlannerReply, { id: number }>): void {
    if (this.current?.id !== message.id) return;
    const job = this.takeCurrent();
    if (message.kind === 'planned') job?.resolve(message.plan);
    else job?.reject(planningFailed(new Error(message.reason)));
    this.next();
  }

  /** The supergraph that had loaded does not load a second time: nothing can be planned any more. */
  private giveUp(error: unknown): void {
    for (const job of this.queue.splice(0)) job.reject(planningFailed(error));
    this.closed = true;
  }
}

function planningFailed(cause: unknown): RequestRefused {
  return new RequestRefused('PLANNING_FAILED', 'No way was found to answer this operation. Report the request id.', {
    cause,
  });
}

/** Built, or its source when the gateway runs from source: Node takes the types out by itself. */
function workerFile(): URL {
  const built = new URL('./plannerWorker.js', import.meta.url);
  return existsSync(built) ? built : new URL('./plannerWorker.ts', import.meta.url);
}
