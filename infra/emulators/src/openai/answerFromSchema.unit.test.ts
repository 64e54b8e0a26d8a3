import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { answerFromSchema } from './answerFromSchema.js';
import { findSchemaFault, type JsonSchema } from './strictSchema.js';

const { schema: anySchema } = fc.letrec<{ schema: z.ZodType; object: z.ZodType }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(z.string(), z.boolean(), z.null(), z.number(), z.string().max(5), z.string().min(12)),
    fc.constantFrom(z.iso.datetime(), z.iso.date(), z.number().int().min(-5).max(3), z.number().int().multipleOf(5)),
    fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 }).map((values) => z.enum(values)),
    tie('schema').map((item) => z.array(item).min(1).max(4)),
    tie('schema').map((item) => z.union([item, z.null()])),
    tie('object'),
  ),
  object: fc
    .dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie('schema'), { maxKeys: 4 })
    .map((shape) => z.strictObject(shape)),
}));

/** Zod marks safe integers and date formats with a pattern, which structured outputs do not need. */
function toJsonSchema(schema: z.ZodType): JsonSchema {
  const text = JSON.stringify(z.toJSONSchema(schema), (key, value) => (key === 'pattern' ? undefined : value));
  return JSON.parse(text) as JsonSchema;
}

describe('answerFromSchema', () => {
  it('keeps every strict schema, and answers the same for the same seed', () => {
    fc.assert(
      fc.property(anySchema, fc.string(), fc.jsonValue(), (part, seed, wanted) => {
        const schema = z.strictObject({ part });
        const json = toJsonSchema(schema);
        expect(findSchemaFault(json, true)).toBeNull();
        const answer = answerFromSchema(json, seed, { part: wanted });
        expect(schema.safeParse(answer).error).toBeUndefined();
        expect(answerFromSchema(json, seed, { part: wanted })).toEqual(answer);
      }),
      { numRuns: 300 },
    );
  });

  it('takes what a persona wants where it fits', () => {
    const json = toJsonSchema(
      z.strictObject({ score: z.number().int().max(100), kind: z.enum(['A', 'B']), list: z.array(z.string()) }),
    );
    expect(answerFromSchema(json, 's', { score: 41, kind: 'B', list: ['x', 'y'] })).toEqual({
      score: 41,
      kind: 'B',
      list: ['x', 'y'],
    });
    expect(answerFromSchema(json, 's', { score: 400, kind: 'C', list: [] })).toMatchObject({ score: 100, list: [] });
  });

  it('ends for a schema that contains itself', () => {
    const json: JsonSchema = {
      type: 'object',
      properties: { child: { anyOf: [{ $ref: '#' }, { type: 'null' }] } },
      required: ['child'],
      additionalProperties: false,
    };
    expect(findSchemaFault(json, true)).toBeNull();
    expect(answerFromSchema(json, 'seed')).toBeTypeOf('object');
  });
});
