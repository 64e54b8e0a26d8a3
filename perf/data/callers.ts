import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Latencies } from '../load/latencies.ts';
import type { Ask, Send, Statement } from './statements.ts';

/** What callers of one statement have come to. */
export interface Answers {
  readonly callers: number;
  readonly requests: number;
  readonly perSecond: number;
  readonly meanMs: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Answers with an error, by its code. */
  readonly errors: Readonly<Record<string, number>>;
}

/** Who got an error at once would do nothing but ask again. */
const AFTER_ERROR_MS = 10;

export interface Calling {
  readonly statement: Statement;
  readonly callers: number;
  readonly seconds: number;
  /** Requests a second of each caller; undefined: the next as soon as the answer is there. */
  readonly rate?: number | undefined;
  readonly tokens: Ask['tokens'];
}

/**
 * Lets so many callers ask for a while, each on a connection of its own, one request after the other. With a rate, times are counted from when a request was due: who is held up by the one before is
 * held up.
 */
export async function call({ statement, callers, seconds, rate, tokens }: Calling): Promise<Answers> {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const latencies = new Latencies();
  const errors: Record<string, number> = {};
  let [requests, sum] = [0, 0];
  const began = performance.now();
  const end = began + seconds * 1_000;
  const send: Send = (subgraph, body) => post(agent, { url: tokens.url(subgraph), token: tokens.of(subgraph) }, body);
  const caller = async (index: number) => {
    const interval = rate === undefined ? 0 : 1_000 / rate;
    for (let due = began + (interval * index) / callers; due < end; ) {
      const wait = due - performance.now();
      if (rate !== undefined && wait > 0) await delay(wait);
      const from = rate === undefined ? performance.now() : due;
      try {
        await statement.ask(send);
        const took = performance.now() - from;
        latencies.add(took);
        sum += took;
        requests += 1;
      } catch (error) {
        const code = error instanceof AnsweredError ? error.code : (error as Error).message;
        errors[code] = (errors[code] ?? 0) + 1;
        if (rate === undefined) await delay(AFTER_ERROR_MS);
      }
      due = rate === undefined ? performance.now() : due + interval;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, index) => caller(index)));
  const took = (performance.now() - began) / 1_000;
  agent.destroy();
  return {
    ...{ callers, requests, errors, perSecond: requests / took, meanMs: sum / requests },
    ...{ p95Ms: latencies.quantile(0.95), p99Ms: latencies.quantile(0.99) },
  };
}

/** The answer has errors; `code` is the first one's. */
class AnsweredError extends Error {
  override readonly name = 'AnsweredError';
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Sends an operation and answers the body; rejects with `AnsweredError` when it has errors. */
export function post(agent: Agent, { url, token }: { url: string; token: string }, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200 && !text.includes('"errors":[{')) return resolve(text);
        reject(new AnsweredError(/"code":"(\w+)"/.exec(text)?.[1] ?? `status ${response.statusCode}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
