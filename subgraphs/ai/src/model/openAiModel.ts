import { BrokenCircuitError, BulkheadRejectedError, TaskCancelledError } from 'cockatiel';
import OpenAI, { APIError, APIUserAbortError } from 'openai';
import type { ChatCompletion, ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import { ANSWER_NAME, answerJsonSchema, ModelAnswer } from '../prompt/modelAnswer.js';
import type { PromptMessage } from '../prompt/qualificationPrompt.js';
import type { FallbackReason, ModelOutcome, TokenUsage } from './modelOutcome.js';
import { createResilience, isClosed, isPassing, type ResilienceOptions } from './resilience.js';

export interface OpenAiModelOptions {
  readonly apiKey: string;
  /** Null: OpenAI's own address. */
  readonly baseUrl: string | null;
  readonly model: string;
  readonly resilience: ResilienceOptions;
  /** Told when the circuit opens, and when it closes again. */
  readonly onCircuit?: (open: boolean) => void;
}

/** A model that qualifies. `ask` never throws for what the service does. */
export interface QualificationModel {
  readonly name: string;
  ask(messages: readonly PromptMessage[]): Promise<ModelOutcome>;
  /** False while the circuit is open. */
  isAvailable(): boolean;
}

/** Most tokens of an answer; with the reasons it needs about 250. */
export const MOST_ANSWER_TOKENS = 800;

/** OpenAI, or whatever speaks its protocol at `baseUrl`, through the official client. */
export function createOpenAiModel(options: OpenAiModelOptions): QualificationModel {
  // Retries and time limits are the policy's, so the client's own are off (its time limit only guards against leaks).
  const client = new OpenAI({
    apiKey: options.apiKey,
    ...(options.baseUrl !== null && { baseURL: options.baseUrl }),
    maxRetries: 0,
    timeout: options.resilience.timeLimitMs + 1_000,
  });
  const { policy, breaker } = createResilience(options.resilience);
  breaker.onBreak(() => options.onCircuit?.(true));
  breaker.onReset(() => options.onCircuit?.(false));
  return {
    name: options.model,
    isAvailable: () => isClosed(breaker),
    async ask(messages) {
      const startedAt = performance.now();
      const elapsed = () => Math.round(performance.now() - startedAt);
      try {
        const completion = await policy.execute(({ signal }) =>
          client.chat.completions.create(requestOf(options.model, messages), { signal }),
        );
        return outcomeOf(completion, elapsed());
      } catch (cause) {
        const [reason, usage] = reasonOf(cause);
        return { ok: false, reason, usage, latencyMs: elapsed(), cause };
      }
    },
  };
}

function requestOf(model: string, messages: readonly PromptMessage[]): ChatCompletionCreateParamsNonStreaming {
  // Models that reason take neither a temperature nor a seed.
  const reasons = /^(gpt-5|o\d)/.test(model);
  return {
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    response_format: {
      type: 'json_schema',
      json_schema: { name: ANSWER_NAME, strict: true, schema: answerJsonSchema },
    },
    max_completion_tokens: reasons ? MOST_ANSWER_TOKENS * 5 : MOST_ANSWER_TOKENS,
    ...(!reasons && { temperature: 0, seed: 7 }),
  };
}

function outcomeOf(completion: ChatCompletion, latencyMs: number): ModelOutcome {
  const usage: TokenUsage = {
    promptTokens: completion.usage?.prompt_tokens ?? 0,
    completionTokens: completion.usage?.completion_tokens ?? 0,
  };
  const malformed = (cause: unknown): ModelOutcome => ({ ok: false, reason: 'MALFORMED', usage, latencyMs, cause });
  const choice = completion.choices[0];
  if (!choice) return malformed(new Error('The answer has no choice'));
  if (choice.message.refusal) return malformed(new Error('The model refused'));
  if (choice.finish_reason !== 'stop') return malformed(new Error(`The answer ended with "${choice.finish_reason}"`));
  try {
    const parsed = ModelAnswer.safeParse(JSON.parse(choice.message.content ?? ''));
    return parsed.success ? { ok: true, answer: parsed.data, usage, latencyMs } : malformed(parsed.error);
  } catch (cause) {
    return malformed(cause);
  }
}

const nothing: TokenUsage = { promptTokens: 0, completionTokens: 0 };

function reasonOf(cause: unknown): [FallbackReason, TokenUsage | null] {
  if (cause instanceof BrokenCircuitError) return ['BREAKER_OPEN', nothing];
  if (cause instanceof BulkheadRejectedError) return ['UNAVAILABLE', nothing];
  if (cause instanceof TaskCancelledError || cause instanceof APIUserAbortError) return ['TIMEOUT', null];
  if (isPassing(cause)) return ['UNAVAILABLE', nothing];
  if (cause instanceof APIError) return ['REJECTED', nothing];
  return ['UNAVAILABLE', null];
}
