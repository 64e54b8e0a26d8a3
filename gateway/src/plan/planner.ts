import { Worker } from 'node:worker_threads';
import { RequestRefused } from '../errors/requestRefused.js';
import { loadWithApolloGateway } from './loadWithApolloGateway.js';
import type { LoadedSupergraph, PlannerInput, PlannerReply } from './plannerProtocol.js';
import { programFile } from './programFile.js';
import { SupergraphRefused } from './supergraphRefused.js';

export interface PlannerOptions {
  /** The longest that planning one operation may take; the planner's thread is started anew after it. */
  readonly timeLimitMs: number;
  readonly maxEvaluatedPlans: number;
  readonly pathsLimit: number;
  /** Operations that wait to be planned, at most; further ones are refused. */
  readonly waiting: number;
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
 * while what waits goes on waiting. One that dies while it loads is replaced when the next operation is asked for.
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
    const planner = new Planner(await loadWithApolloGateway(supergraphSdl), options);
    const supergraph = await planner.startThread();
    return { planner, supergraph };
  }

  /**
   * The plan of an operation that has been validated: its root node as JSON. Rejects with `RequestRefused`: PLANNING_TIMEOUT, PLANNING_FAILED,
   * PLANNER_BUSY when too many wait or the planner could not be started anew, SHUTTING_DOWN after `close`.
   */
  plan(text: string, operationName: string | undefined): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(shuttingDown());
        return;
      }
      if (this.queue.length >= this.options.waiting) {
        reject(new RequestRefused('PLANNER_BUSY', 'Too many new operations at once. Send this one again in a second.'));
        return;
      }
      this.queue.push({ text, operationName, resolve, reject });
      if (this.thread) this.next();
      else this.restart();
    });
  }

  /** Ends the thread. What still waits is refused. */
  async close(): Promise<void> {
    this.closed = true;
    this.takeCurrent()?.reject(shuttingDown());
    for (const job of this.queue.splice(0)) job.reject(shuttingDown());
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
    // The planner is synchronous: ending its thread is the only way to stop it. An operation handed to it until it has ended would be lost.
    this.ready = false;
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
      const thread = new Worker(programFile('plannerWorker'), {
        workerData,
        env: { APOLLO_TELEMETRY_DISABLED: 'true' },
        // Planning leaves much garbage and little that lives.
        resourceLimits: { maxYoungGenerationSizeMb: 8 },
      });
      this.thread = thread;
      let loaded = false;
      let failure: Error | undefined;
      thread.on('message', (message: PlannerReply) => {
        if (message.kind === 'loaded') {
          loaded = true;
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
        this.ready = false;
        reject(failure ?? new Error("the planner's thread ended"));
        if (!loaded || this.closed) return;
        this.takeCurrent()?.reject(planningFailed(failure));
        this.restart();
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

  /** Starts a thread in the place of one that is gone. Whether it loads, what had loaded before, is up to the machine: what waits may be sent again. */
  private restart(): void {
    this.startThread().catch((cause: unknown) => {
      this.thread = undefined;
      const message = 'Operations that are new cannot be planned at the moment. Send this one again in a second.';
      for (const job of this.queue.splice(0)) job.reject(new RequestRefused('PLANNER_BUSY', message, { cause }));
    });
  }
}

function shuttingDown(): RequestRefused {
  return new RequestRefused('SHUTTING_DOWN', 'This process is about to end. Send the request again.');
}

function planningFailed(cause: unknown): RequestRefused {
  return new RequestRefused('PLANNING_FAILED', 'No way was found to answer this operation. Report the request id.', {
    cause,
  });
}
