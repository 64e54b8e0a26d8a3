import { isIPv6 } from 'node:net';
import type { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { RequestRefused } from '../errors/requestRefused.js';
import { anonymous, type Identity } from '../identity/identity.js';
import type { Applicant } from './operationLimits.js';

/** Points that may be spent in a window of time. A request costs what its operation is estimated to cost, at least 1. */
export interface Rate {
  readonly points: number;
  readonly seconds: number;
}

export interface RateLimitRules {
  /** By the identity's kind; `*` for kinds that are not named. Who is anonymous has no rate but that of the address. */
  readonly identity?: Readonly<Record<string, Rate>> | undefined;
  readonly address?: Rate | undefined;
}

export interface RateLimits {
  /** Spends points of all limits that concern somebody. Rejects with `RequestRefused` RATE_LIMITED; what is refused is spent as well. */
  spend(cost: number, applicant: Applicant): Promise<void> | void;
}

/** One limit, and the name by which clients are told of it. */
interface Limit {
  readonly name: 'identity' | 'address';
  readonly rate: Rate;
  /** As clients are told of it. */
  readonly policy: string;
  readonly limiter: RateLimiterAbstract;
}

/** What is left of a limit after a request. */
interface Left {
  readonly limit: Limit;
  readonly remaining: number;
  readonly resetSeconds: number;
  readonly exceeded: boolean;
}

/**
 * Makes the limits: windows that begin with somebody's first request, counted in Redis for all processes together; in this process's memory while Redis is away, and without Redis.
 */
export function createRateLimits(
  { identity: kinds = {}, address }: RateLimitRules,
  redis: Redis | undefined,
): RateLimits {
  const limitOf = (name: Limit['name'], rate: Rate, prefix: string): Limit => ({
    name,
    rate,
    policy: `"${name}";q=${rate.points};w=${rate.seconds}`,
    limiter: createLimiter(rate, prefix, redis),
  });
  const byKind = new Map(
    Object.entries(kinds).map(([kind, rate]) => [kind, limitOf('identity', rate, `rate:identity:${kind}`)]),
  );
  const byAddress = address && limitOf('address', address, 'rate:address');

  function limitFor(identity: Identity): Limit | undefined {
    return identity === anonymous || identity.kind === anonymous.kind
      ? undefined
      : (byKind.get(identity.kind) ?? byKind.get('*'));
  }

  return {
    spend(cost, applicant) {
      const points = Math.max(1, Math.ceil(cost));
      const { identity, address: from, tell } = applicant;
      const own = limitFor(identity);
      const spending: Promise<Left>[] = [];
      if (own) spending.push(spendOf(own, `${identity.kind}:${identity.sub}`, points));
      if (byAddress && from !== undefined) spending.push(spendOf(byAddress, networkOf(from), points));
      if (spending.length === 0) return undefined;
      return Promise.all(spending).then((left) => {
        const headers = headersFor(left);
        const exceeded = left.filter((each) => each.exceeded);
        if (exceeded.length === 0) return tell?.(headers);
        throw limited(exceeded, points, headers);
      });
    },
  };
}

function createLimiter({ points, seconds }: Rate, keyPrefix: string, redis: Redis | undefined): RateLimiterAbstract {
  const options = { keyPrefix, points, duration: seconds };
  const memory = new RateLimiterMemory(options);
  if (!redis) return memory;
  return new RateLimiterRedis({
    ...options,
    storeClient: redis,
    insuranceLimiter: memory,
    rejectIfRedisNotReady: true,
    // Who has spent all is refused without asking Redis until the window ends.
    inMemoryBlockOnConsumed: points + 1,
  });
}

async function spendOf(limit: Limit, key: string, points: number): Promise<Left> {
  const leftBy = ({ remainingPoints, msBeforeNext }: RateLimiterRes, exceeded: boolean): Left => ({
    limit,
    remaining: Math.max(0, remainingPoints),
    resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)),
    exceeded,
  });
  try {
    // More than all is all: the sum of a window has to stay a number that Redis can hold.
    return leftBy(await limit.limiter.consume(key, Math.min(points, limit.rate.points + 1)), false);
  } catch (error) {
    if (error instanceof RateLimiterRes) return leftBy(error, true);
    throw error;
  }
}

/**
 * What is left, in the words of the IETF's draft (draft-ietf-httpapi-ratelimit-headers: `RateLimit` and `RateLimit-Policy`, all limits) and in those of its first versions, which most clients read (the tightest).
 */
function headersFor(left: readonly Left[]): Record<string, string> {
  const all = left.length > 1 ? left.toSorted((a, b) => a.remaining - b.remaining) : left;
  const [first] = all;
  if (!first) return {};
  return {
    'ratelimit-policy': all.map(({ limit }) => limit.policy).join(', '),
    ratelimit: all
      .map(({ limit, remaining, resetSeconds }) => `"${limit.name}";r=${remaining};t=${resetSeconds}`)
      .join(', '),
    'ratelimit-limit': String(first.limit.rate.points),
    'ratelimit-remaining': String(first.remaining),
    'ratelimit-reset': String(first.resetSeconds),
  };
}

function limited(exceeded: readonly Left[], points: number, headers: Record<string, string>): RequestRefused {
  const wait = Math.max(...exceeded.map(({ resetSeconds }) => resetSeconds));
  const names = exceeded.map(({ limit }) => limit.name).join(' and ');
  const never = exceeded.find(({ limit }) => points > limit.rate.points);
  const message = never
    ? `The operation costs ${points} points; this ${never.limit.name} has ${never.limit.rate.points} in ${never.limit.rate.seconds} s. Split it into several.`
    : `This ${names} has spent its points. Wait ${wait} s, then send the request again.`;
  return new RequestRefused('RATE_LIMITED', message, { headers: { ...headers, 'retry-after': String(wait) } });
}

/** Of an IPv6 address its network: whoever has one address there has all of them. */
export function networkOf(address: string): string {
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice('::ffff:'.length);
  if (!isIPv6(address)) return address;
  const [head = '', tail = ''] = (address.split('%', 1)[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((each) => Number.parseInt(each, 16).toString(16))
    .join(':')}::/64`;
}
