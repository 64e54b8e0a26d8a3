import type { RequestContext, SubgraphParts, SubgraphTools } from '@leadgraph/kit';
import type { AiConfig } from './config.js';
import { leadsConsumer } from './events/leadsConsumer.js';
import type { AiContext } from './graphql/aiContext.js';
import { aiReads, createLoaders } from './graphql/loaders.js';
import { createAiMetrics } from './metrics.js';
import { createOpenAiModel } from './model/openAiModel.js';
import { priceOf } from './model/prices.js';
import { QualificationJobs } from './qualify/qualificationJobs.js';
import { Qualifier } from './qualify/qualifier.js';
import { registerPromptVersion } from './store/promptVersions.js';
import { purgeSweepers } from './sweepers/purge.js';
import { JobSignals } from './worker/jobSignals.js';
import { QualificationWorker } from './worker/qualificationWorker.js';

/** Puts the subgraph's parts together. */
export async function wireAi(tools: SubgraphTools, config: AiConfig): Promise<SubgraphParts> {
  const { db, clock, log } = tools;
  const reads = aiReads(tools.reads);
  const metrics = createAiMetrics(tools.metrics);
  const signals = new JobSignals();
  const onCircuit = (open: boolean) => {
    metrics.circuitOpen.set(open ? 1 : 0);
    if (open) log.warn('too many model calls failed: the scorecard answers until the model does again');
    else log.info('the model answers again');
  };
  const model = config.model ? createOpenAiModel({ ...config.model, onCircuit }) : null;
  if (!model) log.warn('OPENAI_API_KEY is not set: the scorecard answers every qualification');
  else log.info({ model: model.name, baseUrl: config.model?.baseUrl ?? 'OpenAI' }, 'qualifying with a model');
  const qualifier = new Qualifier({
    db,
    clock,
    log,
    metrics,
    model,
    modelForTestLeads: config.modelForTestLeads,
    price: priceOf(model?.name ?? '', config.price),
    dailyBudgetMicros: config.dailyBudgetMicros,
    thresholds: config.thresholds,
  });
  const jobs = new QualificationJobs({ db, clock, signals, longestWaitMs: config.longestWaitMs });
  await registerPromptVersion(db.manager);
  return {
    createContext: (base: RequestContext): AiContext => ({
      ...base,
      loaders: createLoaders(reads),
      jobs,
      model,
      dailyBudgetMicros: config.dailyBudgetMicros,
    }),
    consumers: [leadsConsumer({ qualifier, signals })],
    sweepers: purgeSweepers(db),
    workers: [new QualificationWorker({ db, clock, log, metrics, qualifier, signals, config: config.worker })],
  };
}
