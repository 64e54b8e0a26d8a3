import type { RequestContext } from '@leadgraph/kit';
import type { AgentsRules } from '../agentsRules.js';
import type { AgentsReads } from './agentsReads.js';
import { type AgentsLoaders, createAgentsLoaders } from './loaders.js';

export interface AgentsContext extends RequestContext {
  readonly rules: AgentsRules;
  readonly loaders: AgentsLoaders;
}

/** Adds to a request's context what the resolvers of agents need. */
export function createAgentsContext(base: RequestContext, rules: AgentsRules, reads: AgentsReads): AgentsContext {
  return { ...base, rules, loaders: createAgentsLoaders(reads) };
}
