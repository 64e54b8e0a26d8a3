import { z } from 'zod';

/** Text that PostgreSQL and JSON can both hold: no NUL, no half surrogate pairs. */
export const storableText = (longest: number) =>
  z
    .string()
    .max(longest, `at most ${longest} characters`)
    .refine((value) => !value.includes('\0') && value.isWellFormed(), 'holds characters that cannot be stored');

/** Optional text; what is empty or only blanks counts as not given. */
export const optionalText = (longest: number) =>
  storableText(longest)
    .nullish()
    .transform((value) => value?.trim() || null);
