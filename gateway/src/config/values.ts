import { z } from 'zod';
import { reasonOf } from '../errors/reasonOf.js';

/** The forms in which variables of the environment are written. */
export const milliseconds = z.coerce.number().int().positive();
export const limit = z.coerce.number().int().positive();
export const count = z.coerce.number().int().min(0);
export const port = z.coerce.number().int().min(0).max(65_535);
export const httpUrl = z.url({ protocol: /^https?$/ });

/** What variables of a shape have been parsed to. */
export type Values<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>>;

/** A variable whose text is read by a function; the message of what that throws is the variable's fault. */
export function readBy<T>(read: (text: string) => T) {
  return z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: reasonOf(error) });
      return z.NEVER;
    }
  });
}

/** A variable with JSON of a shape; `form` tells the reader what to give. */
export function json<T>(shape: z.ZodType<T>, form: string) {
  return readBy((text) => {
    const parsed = shape.safeParse(parseJson(text));
    if (!parsed.success) throw new Error(form);
    return parsed.data;
  });
}

/** Throws an error that says nothing of what stands in the text, which may be secret. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('not JSON');
  }
}

/** What stands between commas. */
export function listed(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
