import type { FastifyInstance, FastifyReply } from 'fastify';
import { modelNotFound } from './apiError.js';
import { answerChat, type ChatAnswer, promptTokens } from './chatAnswer.js';
import { type ChatRequest, parseChatRequest } from './chatRequest.js';
import { fingerprint } from './seededRandom.js';
import type { Service } from './service.js';

const chatModels = /^(gpt-|chatgpt-|o[1-9])/;

/** `POST /v1/chat/completions`: whole answers and streamed ones. */
export function addChatCompletions(app: FastifyInstance, service: Service): void {
  app.post('/v1/chat/completions', async (httpRequest, reply) => {
    const request = parseChatRequest(httpRequest.body);
    if (request instanceof Error) throw request;
    if (!chatModels.test(request.model)) throw modelNotFound(request.model);
    const gone = service.watch(reply);
    const disturbance = await service.admit('chat', request.inputKey, promptTokens(request), reply, gone);
    const answer = answerChat(request, disturbance.malformation);
    const id = `chatcmpl-${fingerprint(request.inputKey, service.nextNumber())}`;
    const created = Math.floor(service.now() / 1000);
    if (!request.stream) {
      await service.wait(disturbance.delayMs, gone);
      if (gone.aborted) return reply;
      return reply.send(wholeAnswer(id, created, request, answer));
    }
    // The first words come after two fifths of the time, as with a real model; the rest is spread over what is left.
    await service.wait(disturbance.delayMs * 0.4, gone);
    await streamAnswer(reply, chunksOf(id, created, request, answer), (chunks) =>
      service.wait((disturbance.delayMs * 0.6) / chunks, gone),
    );
    return reply;
  });
}

function wholeAnswer(id: string, created: number, request: ChatRequest, answer: ChatAnswer) {
  return {
    id,
    object: 'chat.completion',
    created,
    model: request.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: answer.content, refusal: answer.refusal, annotations: [] },
        logprobs: null,
        finish_reason: answer.finishReason,
      },
    ],
    usage: answer.usage,
    service_tier: 'default',
    system_fingerprint: 'fp_emulator',
  };
}

function chunksOf(id: string, created: number, request: ChatRequest, answer: ChatAnswer): unknown[] {
  const frame = {
    id,
    object: 'chat.completion.chunk',
    created,
    model: request.model,
    service_tier: 'default',
    system_fingerprint: 'fp_emulator',
    ...(request.includeUsage ? { usage: null } : {}),
  };
  const chunk = (delta: unknown, finishReason: string | null = null) => ({
    ...frame,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
  });
  const field = answer.refusal === null ? 'content' : 'refusal';
  const pieces = (answer.refusal ?? answer.content ?? '').match(/[\s\S]{1,12}/g) ?? [];
  return [
    chunk({ role: 'assistant', content: '', refusal: null }),
    ...pieces.map((piece) => chunk({ [field]: piece })),
    chunk({}, answer.finishReason),
    ...(request.includeUsage ? [{ ...frame, choices: [], usage: answer.usage }] : []),
  ];
}

async function streamAnswer(
  reply: FastifyReply,
  chunks: readonly unknown[],
  pause: (chunks: number) => Promise<void>,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  for (const chunk of chunks) {
    if (raw.destroyed) return;
    raw.write(`data: ${JSON.stringify(chunk)}\n\n`);
    await pause(chunks.length);
  }
  raw.end('data: [DONE]\n\n');
}
