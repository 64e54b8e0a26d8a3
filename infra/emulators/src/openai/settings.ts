import { z } from 'zod';

const rate = z.number().min(0).max(1);

/**
 * How the emulator behaves. Rates are shares of the requests, 0–1; times are milliseconds.
 * The defaults are a healthy service at the latency of a small hosted model.
 */
export const EmulatorSettings = z.strictObject({
  latencyMs: z.number().min(0).max(600_000).default(850),
  /** Share by which the latency of single requests differs from `latencyMs`, in both directions. */
  latencySpread: rate.default(0.25),
  /** Answered with 500 or 503. */
  failureRate: rate.default(0),
  /** Answered after `slowMs` instead of the usual latency. */
  slowRate: rate.default(0),
  slowMs: z.number().min(0).max(600_000).default(30_000),
  /** Answered with 200 and a content that does not keep the asked schema: cut off, of another shape, prose, or a refusal. */
  malformedRate: rate.default(0),
  /** Answered with 429 although the limits below are not reached. */
  rateLimitRate: rate.default(0),
  /** The account's limits; what goes beyond them is answered with 429. */
  requestsPerMinute: z.number().int().min(1).default(30_000),
  tokensPerMinute: z.number().int().min(1).default(150_000_000),
});
export type EmulatorSettings = z.infer<typeof EmulatorSettings>;

/** A change at run time: any part of the settings, nothing unknown. */
export const EmulatorSettingsChange = z.strictObject(
  Object.fromEntries(
    Object.entries(EmulatorSettings.shape).map(([name, schema]) => [name, schema.unwrap().optional()]),
  ) as { [K in keyof EmulatorSettings]: z.ZodOptional<z.ZodNumber> },
);
