import type { StreamInfo } from 'nats';
import { RequestRefused } from '../../errors/requestRefused.js';
import type { NatsLink } from './natsLink.js';

/** For how long it is believed that nothing more has come under a first part of subjects. */
const ASK_AGAIN_MS = 1_000;

interface Known {
  readonly streams: Promise<{ name: string; subjects: readonly string[] }[]>;
  readonly askedAt: number;
}

/** Finds the stream of a subject. JetStream is asked once for each first part of subjects; again where no stream was found, at most once a second. */
export class StreamLocations {
  readonly #link: NatsLink;
  readonly #signal: AbortSignal;
  readonly #known = new Map<string, Known>();

  constructor(link: NatsLink, signal: AbortSignal) {
    this.#link = link;
    this.#signal = signal;
  }

  /** The name of the one stream that has the subject. Waits while NATS is away; rejects with `RequestRefused` EVENTS_UNAVAILABLE where there is none, or more than one. */
  async find(subject: string): Promise<string> {
    const key = firstPart(subject);
    for (;;) {
      const known = this.#known.get(key) ?? this.#ask(key);
      const streams = await known.streams;
      const found = streams.filter(({ subjects }) => subjects.some((each) => subjectsOverlap(each, subject)));
      const [stream] = found;
      if (stream && found.length === 1) return stream.name;
      if (Date.now() - known.askedAt < ASK_AGAIN_MS) throw unavailable(found.length);
      if (this.#known.get(key) === known) this.#known.delete(key);
    }
  }

  /** Forgets what is known of a subject's first part: a stream was not where it had been. */
  forget(subject: string): void {
    this.#known.delete(firstPart(subject));
  }

  #ask(key: string): Known {
    const streams = this.#link.attempt('streams', this.#signal, async ({ manager }) => {
      const infos: StreamInfo[] = [];
      for await (const info of manager.streams.list(key)) infos.push(info);
      return infos.map(({ config }) => ({ name: config.name, subjects: config.subjects ?? [] }));
    });
    let known: Known = { streams, askedAt: Number.POSITIVE_INFINITY };
    this.#known.set(key, known);
    streams.then(
      () => {
        known = { streams, askedAt: Date.now() };
        this.#known.set(key, known);
      },
      () => this.#known.delete(key),
    );
    return known;
  }
}

/** What JetStream is asked for: all the subjects with the same first part. */
function firstPart(subject: string): string {
  const dot = subject.indexOf('.');
  return dot < 0 ? subject : `${subject.slice(0, dot)}.>`;
}

function unavailable(found: number): RequestRefused {
  const reason =
    found === 0 ? 'no stream has them' : 'they are spread over several streams, which cannot be followed in one order';
  return new RequestRefused('EVENTS_UNAVAILABLE', `The events of this subscription cannot be had now: ${reason}.`);
}

/** Whether some subject matches both patterns, which may hold `*` for one part and end in `>` for one or more. */
export function subjectsOverlap(one: string, other: string): boolean {
  const left = one.split('.');
  const right = other.split('.');
  for (let position = 0; ; position += 1) {
    const a = left[position];
    const b = right[position];
    if (a === undefined || b === undefined) return a === b;
    if (a === '>' || b === '>') return true;
    if (a !== b && a !== '*' && b !== '*') return false;
  }
}
