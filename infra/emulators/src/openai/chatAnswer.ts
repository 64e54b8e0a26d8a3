import { answerFromSchema } from './answerFromSchema.js';
import type { ChatRequest } from './chatRequest.js';
import { countTokens, firstTokens } from './countTokens.js';
import type { Malformation } from './disturbance.js';
import { qualifyLikeAModel } from './leadQualificationPersona.js';
import { fingerprint, pick } from './seededRandom.js';

/** What the model says, before it is put on the wire. */
export interface ChatAnswer {
  readonly content: string | null;
  readonly refusal: string | null;
  readonly finishReason: 'stop' | 'length';
  readonly usage: Usage;
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number; readonly audio_tokens: number };
  readonly completion_tokens_details: { readonly reasoning_tokens: number; readonly audio_tokens: number };
}

/** What a schema of this name is answered with, as far as it fits the schema. */
const personas: Readonly<Record<string, (prompt: string) => unknown>> = {
  lead_qualification: qualifyLikeAModel,
};

/** The answer to a request; the same request always gets the same one. */
export function answerChat(request: ChatRequest, malformation: Malformation | null): ChatAnswer {
  const refusal = malformation === 'REFUSAL' ? "I'm sorry, I can't assist with that request." : null;
  const whole = stopAt(contentOf(request, malformation), request.stop);
  const limited = request.maxTokens !== null && countTokens(whole) > request.maxTokens;
  const content = limited && request.maxTokens !== null ? firstTokens(whole, request.maxTokens) : whole;
  const prompt = promptTokens(request);
  const completion = countTokens(refusal ?? content);
  return {
    content: refusal === null ? content : null,
    refusal,
    finishReason: limited || malformation === 'CUT_OFF' ? 'length' : 'stop',
    usage: {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
    },
  };
}

/** Tokens of the messages, with four for the frame of each, and those of the schema. */
export function promptTokens(request: ChatRequest): number {
  const schema = request.format.type === 'json_schema' ? countTokens(JSON.stringify(request.format.schema)) : 0;
  return request.messages.reduce((sum, message) => sum + countTokens(message.text) + 4, 3) + schema;
}

function contentOf(request: ChatRequest, malformation: Malformation | null): string {
  const seed = fingerprint(request.inputKey);
  if (malformation === 'PROSE') return prose(request, seed);
  if (malformation === 'OTHER_SHAPE') return JSON.stringify({ result: { value: seed, items: [null, true] } });
  if (request.format.type === 'text') return prose(request, seed);
  if (request.format.type === 'json_object') return JSON.stringify({ answer: prose(request, seed) });
  const persona = personas[request.format.name];
  const wanted = persona?.(request.messages.at(-1)?.text ?? '');
  const content = JSON.stringify(answerFromSchema(request.format.schema, seed, wanted));
  return malformation === 'CUT_OFF' ? content.slice(0, Math.floor(content.length * 0.6)) : content;
}

const openings = ['In short,', 'As far as I can tell,', 'Considering what you wrote,', 'To sum up,'] as const;

function prose(request: ChatRequest, seed: string): string {
  const asked = (request.messages.at(-1)?.text ?? '').replaceAll(/\s+/g, ' ').slice(0, 60).trim();
  return `${pick(openings, seed)} this is the emulator's answer ${seed} to "${asked}".`;
}

function stopAt(content: string, stops: readonly string[]): string {
  const ends = stops.map((stop) => content.indexOf(stop)).filter((index) => index >= 0);
  return ends.length === 0 ? content : content.slice(0, Math.min(...ends));
}
