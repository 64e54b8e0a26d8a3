import { Line, SaleMode, Tier } from '@leadgraph/schema';
import { z } from 'zod';

const BasisPoints = z.number().int().min(0).max(1_000_000);
const PositiveCents = z.number().int().positive();
const Factor = z.strictObject({ reason: z.string().min(1), basisPoints: BasisPoints });

/** A test of one of the lead's facts. A fact that is missing fails every test. */
const Condition = z.strictObject({
  /** Where the fact stands, e.g. `details.vehicles` or `phone.mobile`. */
  fact: z.string().min(1),
  is: z.enum(['EQUAL', 'AT_LEAST', 'AT_MOST', 'EMPTY', 'WITHIN_DAYS']),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]).default(null),
});
export type Condition = z.infer<typeof Condition>;

const Surcharge = z.strictObject({
  code: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
  /** The lines of insurance it is for; all if left out. */
  lines: z.array(Line).min(1).optional(),
  /** All of them must hold. */
  conditions: z.array(Condition).min(1),
});
export type Surcharge = z.infer<typeof Surcharge>;

/**
 * The numbers of the price formula (domain reference, "payments"). Factors are basis points, amounts are US cents. `version` is kept
 * with each quote, so change it with every change of a number.
 */
export const PriceRules = z.strictObject({
  version: z.string().min(1),
  /** Price of a shared lead of tier WARM by line and state; `*` is for states that are not named. */
  base: z.record(Line, z.object({ '*': PositiveCents }).catchall(PositiveCents)),
  exclusivity: z.record(SaleMode, BasisPoints),
  tier: z.record(Tier, BasisPoints),
  /** From young to old; the last one has no limit. */
  age: z
    .array(Factor.extend({ upToSeconds: z.number().int().positive().nullable() }))
    .min(1)
    .refine(endsOpen, 'must rise and end with upToSeconds: null'),
  /** By the least quality (0–1), from best to worst; `unknown` while a source has too few leads to tell. */
  source: z.strictObject({
    unknown: BasisPoints,
    bands: z
      .array(Factor.extend({ atLeast: z.number().min(0).max(1) }))
      .min(1)
      .refine((bands) => bands.at(-1)?.atLeast === 0, 'must end with atLeast: 0'),
  }),
  surchargeBasisPoints: BasisPoints,
  /** The most that all surcharges add up to. */
  surchargeLimitBasisPoints: BasisPoints,
  surcharges: z.array(Surcharge),
  /** The least and the most a lead costs, by line, whatever the factors say. */
  limits: z.record(
    Line,
    z
      .strictObject({ floorCents: PositiveCents, ceilingCents: PositiveCents })
      .refine((limit) => limit.floorCents <= limit.ceilingCents, 'the floor must not be above the ceiling'),
  ),
});
export type PriceRules = z.infer<typeof PriceRules>;

function endsOpen(bands: readonly { upToSeconds: number | null }[]): boolean {
  const limits = bands.map((band) => band.upToSeconds ?? Number.POSITIVE_INFINITY);
  return (
    limits.at(-1) === Number.POSITIVE_INFINITY && limits.every((limit, i) => i === 0 || limit > (limits[i - 1] ?? 0))
  );
}
