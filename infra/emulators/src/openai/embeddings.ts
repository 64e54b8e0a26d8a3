import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { invalidRequest, modelNotFound } from './apiError.js';
import { countTokens } from './countTokens.js';
import { stream } from './seededRandom.js';
import type { Service } from './service.js';

/** Native number of dimensions; only the third generation can be shortened. */
const models: Readonly<Record<string, { readonly dimensions: number; readonly canShorten: boolean }>> = {
  'text-embedding-3-small': { dimensions: 1536, canShorten: true },
  'text-embedding-3-large': { dimensions: 3072, canShorten: true },
  'text-embedding-ada-002': { dimensions: 1536, canShorten: false },
};

const MAX_INPUT_TOKENS = 8192;

const EmbeddingsBody = z.object({
  model: z.string(),
  input: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(2048)]),
  encoding_format: z.enum(['float', 'base64']).default('float'),
  dimensions: z.number().int().min(1).optional(),
  user: z.string().optional(),
});

/** `POST /v1/embeddings`: unit vectors that are near each other when the texts share words. */
export function addEmbeddings(app: FastifyInstance, service: Service): void {
  app.post('/v1/embeddings', async (httpRequest, reply) => {
    const parsed = EmbeddingsBody.safeParse(httpRequest.body);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const param = issue?.path.map(String).join('.') || 'input';
      throw invalidRequest(`Invalid value for '${param}': ${issue?.message}`, param);
    }
    const { model, encoding_format: encoding, dimensions } = parsed.data;
    const known = models[model];
    if (!known) throw modelNotFound(model);
    if (dimensions !== undefined && (!known.canShorten || dimensions > known.dimensions)) {
      throw invalidRequest(`Invalid value for 'dimensions' = ${dimensions} with the model '${model}'.`, 'dimensions');
    }
    const texts = typeof parsed.data.input === 'string' ? [parsed.data.input] : parsed.data.input;
    const counts = texts.map(countTokens);
    if (counts.some((count) => count > MAX_INPUT_TOKENS)) {
      throw invalidRequest(`This model's maximum context length is ${MAX_INPUT_TOKENS} tokens.`, 'input');
    }
    const tokens = counts.reduce((sum, count) => sum + count, 0);
    const gone = service.watch(reply);
    const { delayMs } = await service.admit(
      'embeddings',
      JSON.stringify([model, texts, dimensions]),
      tokens,
      reply,
      gone,
    );
    await service.wait(delayMs, gone);
    if (gone.aborted) return reply;
    const data = texts.map((text, index) => {
      const vector = embed(model, text, dimensions ?? known.dimensions);
      return { object: 'embedding', index, embedding: encoding === 'base64' ? toBase64(vector) : Array.from(vector) };
    });
    return { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
  });
}

/**
 * The sum of a random direction for each word (feature hashing), at length 1: texts with the same words in common
 * have a high cosine, without a model.
 */
export function embed(model: string, text: string, dimensions: number): Float32Array {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text];
  const vector = new Float64Array(dimensions);
  for (const word of words) {
    const next = stream(model, word);
    for (let index = 0; index < dimensions; index += 1) vector[index] = (vector[index] ?? 0) + next() - 0.5;
  }
  const length = Math.hypot(...vector) || 1;
  return Float32Array.from(vector, (value) => value / length);
}

function toBase64(vector: Float32Array): string {
  return Buffer.from(vector.buffer).toString('base64');
}
