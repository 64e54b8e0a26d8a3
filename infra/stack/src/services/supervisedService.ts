import { setTimeout as delay } from 'node:timers/promises';
import type { ManagedProcess } from '../processes/managedProcess.ts';
import type { Watchdog } from '../processes/watchdog.ts';
import type { ServiceDefinition } from './service.ts';
import { startService } from './startService.ts';

// stopped ──start()──► starting ──answers──► ready ──its process ends──► waiting ──backoff──► starting
//    ▲                     │                   │                            │
//    └──── stop(), kill() ─┴───────────────────┴────────────────────────────┘
// A start that fails when start() asked for it is the caller's failure; one that fails after a crash is tried again.

export type ServiceState = 'stopped' | 'starting' | 'ready' | 'waiting';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** Running for so long counts as recovered: the next crash is a first one. */
const RECOVERED_MS = 30_000;

/** A service that is started again when its process ends without having been asked to. */
export class SupervisedService {
  readonly definition: ServiceDefinition;
  readonly #watchdog: Watchdog;
  readonly #say: (line: string) => void;
  #state: ServiceState = 'stopped';
  #process: ManagedProcess | undefined;
  #starting: Promise<void> | undefined;
  /** Aborted by stop() and kill(). */
  #wanted = new AbortController();

  constructor(definition: ServiceDefinition, options: { watchdog: Watchdog; say: (line: string) => void }) {
    this.definition = definition;
    this.#watchdog = options.watchdog;
    this.#say = options.say;
    this.#wanted.abort();
  }

  get state(): ServiceState {
    return this.#state;
  }

  /** Of the process that runs at the moment. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Resolves when it is ready; rejects, with nothing left behind, when it does not come up. */
  async start(): Promise<void> {
    if (!this.#wanted.signal.aborted) return this.#starting;
    const wanted = new AbortController();
    this.#wanted = wanted;
    try {
      const running = await this.#launch();
      void this.#supervise(running, wanted.signal);
    } catch (error) {
      wanted.abort();
      this.#state = 'stopped';
      throw error;
    }
  }

  /** Ends its process with this signal, and leaves it ended until `start`. Resolves when the process is gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#wanted.abort();
    const running = this.#process;
    running?.kill(signal);
    await running?.ended;
    await this.#starting?.catch(() => {});
    this.#state = 'stopped';
  }

  /** Asks it to finish its work, and insists when it takes too long. */
  async stop(): Promise<void> {
    this.#wanted.abort();
    await this.#process?.stop();
    await this.#starting?.catch(() => {});
    await this.#process?.stop();
    this.#state = 'stopped';
  }

  #launch(): Promise<ManagedProcess> {
    this.#state = 'starting';
    const launched = startService(this.definition, this.#watchdog, (running) => {
      this.#process = running;
      void running.ended.then(() => {
        if (this.#process === running) this.#process = undefined;
      });
    }).then((running) => {
      this.#state = 'ready';
      return running;
    });
    this.#starting = launched.then(() => {});
    this.#starting.catch(() => {});
    return launched;
  }

  async #supervise(first: ManagedProcess, wanted: AbortSignal): Promise<void> {
    let running = first;
    let pauseMs = FIRST_PAUSE_MS;
    for (;;) {
      const began = performance.now();
      const { code, signal } = await running.ended;
      if (wanted.aborted) return;
      if (performance.now() - began > RECOVERED_MS) pauseMs = FIRST_PAUSE_MS;
      const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      this.#say(`✗ ${this.definition.name} ${how}. Its last lines ${running.lastLines()}`);
      const next = await this.#restart(pauseMs, wanted);
      if (!next) return;
      running = next.running;
      pauseMs = next.pauseMs;
    }
  }

  /** Tries until it runs again; undefined when that is no longer wanted. */
  async #restart(
    firstPauseMs: number,
    wanted: AbortSignal,
  ): Promise<{ running: ManagedProcess; pauseMs: number } | undefined> {
    let pauseMs = firstPauseMs;
    for (;;) {
      this.#state = 'waiting';
      this.#say(`… ${this.definition.name} is started again in ${pauseMs / 1000} s`);
      await delay(pauseMs, undefined, { signal: wanted }).catch(() => {});
      if (wanted.aborted) return undefined;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      try {
        const began = performance.now();
        const running = await this.#launch();
        this.#say(`✓ ${this.definition.name} is back after ${((performance.now() - began) / 1000).toFixed(1)} s`);
        return { running, pauseMs };
      } catch (error) {
        if (wanted.aborted) return undefined;
        this.#say(`✗ ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
