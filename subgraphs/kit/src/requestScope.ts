import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor, EntityRef } from '@leadgraph/schema';

/**
 * What travels along with one piece of work (a request, a consumed message, a sweep) without being passed by hand: who caused
 * it, its request id, the entities it changed, and how many statements it cost.
 */
export interface WorkScope {
  readonly origin: 'request' | 'consumer' | 'background';
  readonly requestId: string;
  readonly actor: Actor;
  readonly changed: EntityRef[];
  /** Whose personal data was answered unmasked, and which fields of it. */
  readonly disclosed: Disclosed;
  statements: number;
}

/** By type and key. */
type Disclosed = Map<string, { readonly __typename: string; readonly key: string; readonly fields: Set<string> }>;

/** What a scope is begun with. */
type Beginning = Omit<WorkScope, 'changed' | 'disclosed' | 'statements'>;

const storage = new AsyncLocalStorage<WorkScope>();

export const systemActor: Actor = { kind: 'SYSTEM', sub: '' };

/** Runs `work` within a scope of its own. */
export function runInScope<T>(scope: Beginning, work: () => T): T {
  return storage.run({ ...scope, changed: [], disclosed: new Map(), statements: 0 }, work);
}

/** Runs `work` as part of a scope that is there already, or of none: for what is done later or elsewhere on its behalf. */
export function runWithin<T>(scope: WorkScope | undefined, work: () => T): T {
  return scope ? storage.run(scope, work) : storage.exit(work);
}

/** Makes `scope` the current one for what follows in this asynchronous context; for servers whose hooks cannot wrap a call. */
export function enterScope(scope: Beginning): WorkScope {
  const entered: WorkScope = { ...scope, changed: [], disclosed: new Map(), statements: 0 };
  storage.enterWith(entered);
  return entered;
}

/** The scope of the work at hand, if there is one. */
export function currentScope(): WorkScope | undefined {
  return storage.getStore();
}
export type { Actor };
