import type { RequestContext } from '@leadgraph/kit';
import type { QualificationModel } from '../model/openAiModel.js';
import type { QualificationJobs } from '../qualify/qualificationJobs.js';
import type { AiLoaders } from './loaders.js';

export interface AiContext extends RequestContext {
  readonly loaders: AiLoaders;
  readonly jobs: QualificationJobs;
  readonly model: QualificationModel | null;
  readonly dailyBudgetMicros: number;
}
