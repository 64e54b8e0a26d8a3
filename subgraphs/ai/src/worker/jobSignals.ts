import { EventEmitter, once } from 'node:events';

/**
 * Announcements within this process: a job was queued (so the worker need not wait for its next look), and a job ended (so who waits for it
 * need not either). Other processes find out by looking.
 */
export class JobSignals {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  queued(): void {
    this.#emitter.emit('queued');
  }

  ended(jobId: string): void {
    this.#emitter.emit(`ended:${jobId}`);
  }

  /** Resolves when a job was queued in this process, or when the signal fires. */
  async nextQueued(signal: AbortSignal): Promise<void> {
    await once(this.#emitter, 'queued', { signal }).catch(() => undefined);
  }

  /** Resolves when the job ended in this process, or when the signal fires. */
  async untilEnded(jobId: string, signal: AbortSignal): Promise<void> {
    await once(this.#emitter, `ended:${jobId}`, { signal }).catch(() => undefined);
  }
}
