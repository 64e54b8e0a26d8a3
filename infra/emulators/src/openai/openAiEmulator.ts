import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { ApiError, invalidRequest, unauthorized } from './apiError.js';
import { addChatCompletions } from './chatCompletions.js';
import { addControl } from './control.js';
import { addEmbeddings } from './embeddings.js';
import { addModels } from './models.js';
import { fingerprint } from './seededRandom.js';
import { Service } from './service.js';
import { EmulatorSettings } from './settings.js';

export interface OpenAiEmulatorOptions {
  readonly settings?: Partial<EmulatorSettings>;
  /** Keys that are let in; null or nothing lets in every key of the form `sk-…`. */
  readonly apiKeys?: ReadonlySet<string> | null;
  readonly logLevel?: string;
}

/**
 * OpenAI's HTTP API as far as the platform uses it: chat completions (whole and streamed, with strict JSON schemas), embeddings and models.
 * The official client works against it unchanged. The same request always gets the same answer.
 */
export function buildOpenAiEmulator(options: OpenAiEmulatorOptions = {}): FastifyInstance {
  const service = new Service(EmulatorSettings.parse(options.settings ?? {}));
  const app = Fastify({
    logger: { level: options.logLevel ?? 'silent' },
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 4 * 1024 * 1024,
    genReqId: () => `req_${fingerprint('request', service.nextNumber())}`,
    forceCloseConnections: true,
  });
  app.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/v1/')) return;
    reply.header('x-request-id', request.id);
    reply.header('openai-version', '2020-10-01');
    const key = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
    const known = key !== null && (options.apiKeys ? options.apiKeys.has(key) : key.startsWith('sk-'));
    if (!known) throw unauthorized(key);
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('openai-processing-ms', String(Math.round(reply.elapsedTime)));
  });
  app.addHook('onResponse', async (request, reply) => {
    if (request.url.startsWith('/v1/')) service.stats.answer(reply.statusCode);
  });
  app.setErrorHandler(async (error: Error & { statusCode?: number }, request, reply) => {
    const answer = error instanceof ApiError ? error : fromFramework(error);
    if (answer.status >= 500 && !(error instanceof ApiError)) request.log.error({ err: error }, 'request failed');
    return reply.code(answer.status).headers(answer.headers).send(answer.toBody());
  });
  app.setNotFoundHandler(async (request, reply) => {
    const message = `Invalid URL (${request.method} ${request.url})`;
    return reply.code(404).send(new ApiError(404, message, 'invalid_request_error', null).toBody());
  });
  addChatCompletions(app, service);
  addEmbeddings(app, service);
  addModels(app, service);
  addControl(app, service);
  app.get('/health/live', async () => ({ status: 'ok' }));
  app.get('/health/ready', async () => ({ status: 'ok' }));
  return app;
}

function fromFramework(error: { statusCode?: number }): ApiError {
  if (error.statusCode === 413) return new ApiError(413, 'The request is too large.', 'invalid_request_error', null);
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return invalidRequest('We could not parse the JSON body of your request.', null);
  }
  return new ApiError(500, 'The server had an error while processing your request.', 'server_error', null);
}
