import { z } from 'zod';
import { type ApiError, invalidRequest } from './apiError.js';
import { findSchemaFault, type JsonSchema } from './strictSchema.js';

const TextPart = z.object({ type: z.literal('text'), text: z.string() });
const Message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: z.union([z.string(), z.array(TextPart).min(1)]),
});

const ResponseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({
      name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
      description: z.string().optional(),
      strict: z.boolean().nullish(),
      schema: z.record(z.string(), z.unknown()),
    }),
  }),
]);

const ChatBody = z.object({
  model: z.string().min(1),
  messages: z.array(Message).min(1),
  response_format: ResponseFormat.default({ type: 'text' }),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: z.number().int().min(1).nullish(),
  max_completion_tokens: z.number().int().min(1).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  seed: z.number().int().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  user: z.string().optional(),
});

/** A checked request for a chat completion. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly text: string }[];
  readonly format:
    | { readonly type: 'text' }
    | { readonly type: 'json_object' }
    | { readonly type: 'json_schema'; readonly name: string; readonly schema: JsonSchema };
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly maxTokens: number | null;
  readonly stop: readonly string[];
  /** Everything the answer depends on, as text: requests with the same key get the same answer. */
  readonly inputKey: string;
}

/** Parameters that the real service knows and the emulator refuses, rather than to ignore them silently. */
const unsupported = [
  'tools',
  'tool_choice',
  'functions',
  'function_call',
  'audio',
  'logprobs',
  'top_logprobs',
] as const;

/** Checks the body as the real service does; answers the 400 that names the first wrong parameter. */
export function parseChatRequest(body: unknown): ChatRequest | ApiError {
  const refused = refuseUnsupported(body);
  if (refused) return refused;
  const parsed = ChatBody.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const param = issue?.path.map(String).join('.') || null;
    return invalidRequest(`Invalid value for '${param ?? 'body'}': ${issue?.message ?? 'malformed request'}`, param);
  }
  const { data } = parsed;
  const messages = data.messages.map(({ role, content }) => ({
    role,
    text: typeof content === 'string' ? content : content.map((part) => part.text).join('\n'),
  }));
  const format = formatOf(data.response_format, messages);
  if (format instanceof Error) return format;
  return {
    model: data.model,
    messages,
    format,
    stream: data.stream === true,
    includeUsage: data.stream_options?.include_usage === true,
    maxTokens: data.max_completion_tokens ?? data.max_tokens ?? null,
    stop: typeof data.stop === 'string' ? [data.stop] : (data.stop ?? []),
    inputKey: JSON.stringify([data.model, messages, format, data.seed ?? null]),
  };
}

function refuseUnsupported(body: unknown): ApiError | null {
  if (body === null || typeof body !== 'object') return invalidRequest('We could not parse the JSON body.', null);
  const given = body as Record<string, unknown>;
  for (const name of unsupported) {
    const value = given[name];
    if (value === undefined || value === null || value === false) continue;
    return invalidRequest(
      `Unsupported parameter: '${name}' is not offered by this emulator.`,
      name,
      'unsupported_parameter',
    );
  }
  if (typeof given.n === 'number' && given.n !== 1) {
    return invalidRequest("Unsupported value: 'n' must be 1 in this emulator.", 'n', 'unsupported_value');
  }
  return null;
}

function formatOf(
  format: z.infer<typeof ResponseFormat>,
  messages: ChatRequest['messages'],
): ChatRequest['format'] | ApiError {
  if (format.type === 'json_object' && !messages.some((message) => /json/i.test(message.text))) {
    return invalidRequest(
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
      'messages',
    );
  }
  if (format.type !== 'json_schema') return format;
  const { name, schema, strict } = format.json_schema;
  const fault = findSchemaFault(schema as JsonSchema, strict === true);
  if (fault) return invalidRequest(`Invalid schema for response_format '${name}': ${fault}`, 'response_format');
  return { type: 'json_schema', name, schema: schema as JsonSchema };
}
