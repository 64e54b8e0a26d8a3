import { z } from 'zod';
import { reasonOf } from '../errors/reasonOf.js';

const wholeNumber = z.coerce.number('give a whole number').int('give a whole number');

/** The forms in which variables of the environment are written. */
export const milliseconds = wholeNumber.positive('give a number of milliseconds above 0');
export const limit = wholeNumber.positive('give a number above 0');
export const count = wholeNumber.min(0, 'give 0 or more');
export const port = wholeNumber.min(0, 'give 0 to 65535').max(65_535, 'give 0 to 65535');
export const httpUrl = z.url({ protocol: /^https?$/, error: 'give an http(s) URL' });

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

/** A variable with JSON of a shape; `form` tells who has given something else what to give. */
export function json<T>(shape: z.ZodType<T>, form: string) {
  return readBy((text) => {
    try {
      return shape.parse(JSON.parse(text));
    } catch {
      throw new Error(form);
    }
  });
}

/** What stands between commas. */
export function listed(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
