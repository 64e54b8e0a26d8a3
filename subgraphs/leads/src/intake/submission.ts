import { DomainError } from '@leadgraph/kit';
import { ConsentScope, ContactChannel, Line } from '@leadgraph/schema';
import { z } from 'zod';
import { detailsSchemas } from '../details/detailsSchema.js';
import { optionalText, storableText } from './text.js';

const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);

export const certificateTypes = ['TRUSTEDFORM', 'JORNAYA', 'INTERNAL'] as const;
export type CertificateType = (typeof certificateTypes)[number];

const consent = z.object({
  text: storableText(10_000),
  textVersion: optionalText(100),
  pageUrl: optionalText(2_000),
  ip: optionalText(45),
  userAgent: optionalText(1_000),
  givenAt: z.date().min(new Date('1990-01-01T00:00:00Z')).max(new Date('2200-01-01T00:00:00Z')),
  channels: z
    .array(ContactChannel)
    .max(ContactChannel.options.length)
    .transform((list) => [...new Set(list)]),
  scope: ConsentScope,
  sellers: optional(z.array(storableText(64)).max(1_000)).transform((list) => [...new Set(list ?? [])]),
  certificateType: z.enum(certificateTypes),
  certificateRef: optionalText(500),
});

/**
 * What a well-formed submission is: types, sizes and ranges. Blanks around text are cut and empty text counts as not given. What a
 * submission *says* is judged afterwards by the validation rules; those answer with problems, not with an error.
 */
export const submissionSchema = z.object({
  sourceId: z.uuid('the id of a source'),
  externalId: optionalText(200),
  line: Line,
  contact: z.object({
    firstName: optionalText(100),
    lastName: optionalText(100),
    email: optionalText(320),
    phone: optionalText(50),
    dateOfBirth: optional(z.iso.date('a calendar day as YYYY-MM-DD')),
  }),
  address: z.object({
    street: optionalText(200),
    city: optionalText(100),
    state: storableText(50).transform((value) => value.trim().toUpperCase()),
    zip: storableText(20).transform((value) => value.trim()),
  }),
  details: z.object({
    auto: optional(detailsSchemas.auto),
    home: optional(detailsSchemas.home),
    renters: optional(detailsSchemas.renters),
    life: optional(detailsSchemas.life),
    health: optional(detailsSchemas.health),
    medicare: optional(detailsSchemas.medicare),
    commercial: optional(detailsSchemas.commercial),
  }),
  consent: optional(consent),
  notes: optionalText(4_000),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, 'a language tag such as en or es-US')
    .nullish()
    .transform((value) => value ?? 'en'),
  maxSales: z
    .number()
    .int()
    .min(1)
    .max(5)
    .nullish()
    .transform((value) => value ?? null),
  isTest: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
  idempotencyKey: optional(storableText(200).min(1, 'at least one character')),
});

export type Submission = z.infer<typeof submissionSchema>;
export type ConsentSubmission = NonNullable<Submission['consent']>;

/** Checks that a submission is well formed. Throws one BAD_USER_INPUT that names every field at fault; values are not repeated. */
export function parseSubmission(input: unknown): Submission {
  const parsed = submissionSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
  const [first] = problems;
  throw new DomainError(
    'BAD_USER_INPUT',
    `Correct the input: ${problems.map(({ field, message }) => `${field}: ${message}`).join('; ')}.`,
    { ...(first && { field: first.field }), details: { problems } },
  );
}
