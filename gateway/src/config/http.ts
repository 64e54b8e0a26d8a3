import { z } from 'zod';
import type { CorsOptions } from '../http/cors.js';
import { count, httpUrl, listed, milliseconds, port, readBy, type Values } from './values.js';

/** What the gateway serves itself. */
const taken = ['graphql', 'graphiql', 'health', 'metrics', 'console'];

export const httpVariables = {
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(4000),
  BATCH_LIMIT: count.max(1_000, 'give 1000 at the most').default(0),
  COMPRESS_FROM_BYTES: count.default(1_024),
  CORS_ORIGINS: readBy(readOrigins).optional(),
  CORS_HEADERS: z.string().default(''),
  CORS_MAX_AGE_SECONDS: count.default(600),
  REST_PREFIX: z
    .string()
    .regex(/^((\/[\w~-]+)+|off)$/, 'give a path such as /partner/v1, or "off"')
    .refine((prefix) => !taken.includes(prefix.split('/')[1] ?? ''), `begin with none of /${taken.join(', /')}`)
    .default('/partner/v1'),
  PUBLIC_URL: httpUrl.optional(),
  DRAIN_TIMEOUT_MS: milliseconds.default(10_000),
};

/** How the gateway is spoken to. */
export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  /** Operations in one request, at most; 0: lists are refused. */
  readonly batchLimit: number;
  /** Responses of at least this many bytes are compressed; 0: none. */
  readonly compressFrom: number;
  /** Undefined: pages of other origins may not read answers. */
  readonly cors: CorsOptions | undefined;
  /** Where persisted operations are served as REST; undefined: nowhere. */
  readonly rest: { readonly prefix: string; readonly publicUrl: string | undefined } | undefined;
  readonly drainTimeoutMs: number;
}

export function httpConfig(values: Values<typeof httpVariables>): HttpConfig {
  const { CORS_ORIGINS: origins, REST_PREFIX: prefix } = values;
  return {
    host: values.HOST,
    port: values.PORT,
    batchLimit: values.BATCH_LIMIT,
    compressFrom: values.COMPRESS_FROM_BYTES,
    cors: origins && {
      origins,
      headers: listed(values.CORS_HEADERS).map((name) => name.toLowerCase()),
      maxAgeSeconds: values.CORS_MAX_AGE_SECONDS,
    },
    rest: prefix === 'off' ? undefined : { prefix, publicUrl: values.PUBLIC_URL },
    drainTimeoutMs: values.DRAIN_TIMEOUT_MS,
  };
}

/** Origins as browsers send them, compared letter by letter. */
function readOrigins(text: string): CorsOptions['origins'] | undefined {
  if (text.trim() === '*') return '*';
  const origins = listed(text);
  for (const each of origins) {
    if (URL.parse(each)?.origin !== each)
      throw new Error(`"${each}" is no origin: give "*" or a list such as https://one.example,http://localhost:3000`);
  }
  return origins.length === 0 ? undefined : new Set(origins);
}
