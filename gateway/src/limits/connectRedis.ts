import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../log.js';

/** A command that takes longer is given up: what Redis would do is done in memory then. */
const COMMAND_TIMEOUT_MS = 250;
const LONGEST_RETRY_MS = 2_000;
/** A server that has vanished without a word: a connection on which answers are due for so long is given up, which TCP does after a quarter of an hour. */
const SILENT_FOR_MS = 1_000;

/** A connection that nothing waits for: commands fail at once while there is none, and it comes back by itself. The log says when it goes and comes; `without`: what happens meanwhile. */
export function connectRedis(
  url: string,
  log: Logger,
  {
    without = 'what it is for is done in memory',
    longestRetryMs = LONGEST_RETRY_MS,
    ...options
  }: RedisOptions & { readonly without?: string; readonly longestRetryMs?: number } = {},
): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SILENT_FOR_MS,
    retryStrategy: (times) => Math.min(times * 100, longestRetryMs),
    ...options,
  });
  let away = false;
  redis.on('error', (err) => {
    if (!away) log.warn({ err }, `Redis cannot be reached; ${without}`);
    away = true;
  });
  redis.on('ready', () => {
    if (away) log.info('Redis is there again');
    away = false;
  });
  return redis;
}
