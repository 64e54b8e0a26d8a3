import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Latencies } from '../load/latencies.ts';
import type { Kind, UserRequest } from './requests.ts';

/** What users of one kind of request had. */
export interface KindFigures {
  readonly requests: number;
  readonly latencies: Latencies;
  readonly errors: Readonly<Record<string, number>>;
  /** Of those requests for which the gateway was asked how it answered: what could have been in the cache, and what was. */
  readonly lookups: number;
  readonly hits: number;
}

export interface UsersOptions {
  readonly url: string;
  readonly users: number;
  readonly seconds: number;
  /** Between an answer and the user's next request, on average; times vary as those of independent people do. */
  readonly thinkMs: number;
  /** Without end, or until there are no more. */
  readonly next: (() => UserRequest) | Iterator<UserRequest>;
}

/** Of how many requests one says how it was answered. */
const EXPLAINED = 0.1;

/** Lets so many users ask, each on a connection of its own: a request, its answer, a pause, the next. The first requests are spread over one pause. Resolves when the last answer is there. */
export async function runUsers({ url, users, seconds, thinkMs, next }: UsersOptions): Promise<{
  readonly kinds: ReadonlyMap<Kind, KindFigures>;
  readonly seconds: number;
}> {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const kinds = new Map<Kind, Mutable>();
  const began = performance.now();
  const end = began + seconds * 1_000;
  const user = async () => {
    await delay(Math.random() * thinkMs);
    while (performance.now() < end) {
      const asked = typeof next === 'function' ? next() : next.next().value;
      if (!asked) return;
      const figures = kinds.get(asked.kind) ?? empty();
      kinds.set(asked.kind, figures);
      const explains = asked.body !== undefined && Math.random() < EXPLAINED;
      const from = performance.now();
      try {
        const answer = await send(agent, url, asked, explains);
        figures.latencies.add(performance.now() - from);
        figures.requests += 1;
        asked.learn?.(answer);
        if (explains) note(figures, answer);
      } catch (error) {
        const code = (error as Error).message;
        figures.errors[code] = (figures.errors[code] ?? 0) + 1;
      }
      const pause = -Math.log(1 - Math.random()) * thinkMs;
      await delay(Math.min(pause, Math.max(0, end - performance.now())));
    }
  };
  await Promise.all(Array.from({ length: users }, user));
  const took = (performance.now() - began) / 1_000;
  agent.destroy();
  return { kinds, seconds: took };
}

type Mutable = { -readonly [Key in keyof KindFigures]: KindFigures[Key] } & { errors: Record<string, number> };

function empty(): Mutable {
  return { requests: 0, latencies: new Latencies(), errors: {}, lookups: 0, hits: 0 };
}

function note(figures: Mutable, answer: string): void {
  const { lookups, hits } = lookupsOf(answer);
  figures.lookups += lookups;
  figures.hits += hits;
}

/** What an answer with `extensions.plan` says: each representation, or root fetch, and whether it was in the cache. */
export function lookupsOf(answer: string): { lookups: number; hits: number } {
  const { extensions } = JSON.parse(answer) as {
    extensions?: { plan?: { fetches?: { representations?: number; cached?: number }[] } };
  };
  let [lookups, hits] = [0, 0];
  for (const { representations = 1, cached = 0 } of extensions?.plan?.fetches ?? []) {
    lookups += representations;
    hits += cached;
  }
  return { lookups, hits };
}

/** Answers the body. Rejects with the code of the first error, or the status. */
function send(agent: Agent, url: string, { body, token }: UserRequest, explains: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = body !== undefined && {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(explains && { 'graphql-plan': 'true' }),
    };
    const [path, method] = body === undefined ? ['/health/live', 'GET'] : ['/graphql', 'POST'];
    const outgoing = request(new URL(path, url), { method, agent, ...(headers && { headers }) }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200 && !text.includes('"errors":[{')) return resolve(text);
        reject(new Error(/"code":"(\w+)"/.exec(text)?.[1] ?? `status ${response.statusCode}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
