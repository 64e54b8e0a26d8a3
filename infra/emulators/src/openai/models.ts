import type { FastifyInstance } from 'fastify';
import type { Service } from './service.js';

const models = [
  'gpt-4.1',
  'gpt-4.1-mini',
  'gpt-4.1-nano',
  'gpt-4o',
  'gpt-4o-mini',
  'gpt-5-mini',
  'text-embedding-3-small',
  'text-embedding-3-large',
  'text-embedding-ada-002',
].map((id) => ({ id, object: 'model', created: 1_715_367_049, owned_by: 'system' }));

/** `GET /v1/models`. Chat takes every model whose name looks like one of OpenAI's, not only the listed ones. */
export function addModels(app: FastifyInstance, service: Service): void {
  app.get('/v1/models', async () => {
    service.stats.request('models');
    return { object: 'list', data: models };
  });
}
