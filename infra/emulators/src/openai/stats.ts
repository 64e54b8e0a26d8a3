import type { Disturbance } from './disturbance.js';

type Kind = 'chat' | 'embeddings' | 'models';

/** Counts what the emulator has seen, for tests and demos: `GET /_emulator/stats`. */
export class Stats {
  private counts = emptyCounts();

  request(kind: Kind): void {
    this.counts.requests[kind] += 1;
  }

  answer(status: number): void {
    this.counts.answers[status] = (this.counts.answers[status] ?? 0) + 1;
  }

  aborted(): void {
    this.counts.aborted += 1;
  }

  disturbance({ error, malformation, slow }: Disturbance): void {
    if (error?.status === 429) this.counts.disturbed.rateLimited += 1;
    else if (error) this.counts.disturbed.failed += 1;
    else if (malformation) this.counts.disturbed.malformed += 1;
    if (slow && !error) this.counts.disturbed.slow += 1;
  }

  clear(): void {
    this.counts = emptyCounts();
  }

  read(): Readonly<ReturnType<typeof emptyCounts>> {
    return this.counts;
  }
}

function emptyCounts() {
  return {
    /** Requests by endpoint that were well-formed. */
    requests: { chat: 0, embeddings: 0, models: 0 } satisfies Record<Kind, number>,
    /** Answers of the API by HTTP status. */
    answers: {} as Record<number, number>,
    /** Requests whose client hung up before the answer. */
    aborted: 0,
    disturbed: { failed: 0, rateLimited: 0, slow: 0, malformed: 0 },
  };
}
