import type { Metrics } from '@leadgraph/kit';
import { Counter, Gauge, Histogram } from 'prom-client';

/** The metrics of qualification, on the subgraph's own registry. */
export function createAiMetrics({ registry }: Metrics) {
  const registers = [registry];
  return {
    qualifications: new Counter({
      name: 'ai_qualifications_total',
      help: 'Qualifications by engine, the reason for a fallback, whether from the cache, and tier.',
      labelNames: ['engine', 'fallback', 'cached', 'tier'],
      registers,
    }),
    modelCalls: new Histogram({
      name: 'ai_model_call_duration_seconds',
      help: 'Duration of model calls with their retries, by outcome (OK or why there was no usable answer).',
      labelNames: ['outcome'],
      buckets: [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 4, 8, 16],
      registers,
    }),
    tokens: new Counter({
      name: 'ai_model_tokens_total',
      help: 'Tokens used, by kind (prompt, completion).',
      labelNames: ['kind'],
      registers,
    }),
    costMicros: new Counter({
      name: 'ai_model_cost_microdollars_total',
      help: 'What the model cost, in millionths of a US dollar.',
      registers,
    }),
    circuitOpen: new Gauge({
      name: 'ai_model_circuit_open',
      help: '1 while the model is left alone because too many calls failed, else 0.',
      registers,
    }),
    running: new Gauge({ name: 'ai_jobs_running', help: 'Jobs under way in this process.', registers }),
    takenOver: new Counter({
      name: 'ai_jobs_taken_over_total',
      help: 'Jobs whose former worker let the lease end.',
      registers,
    }),
  };
}

export type AiMetrics = ReturnType<typeof createAiMetrics>;
