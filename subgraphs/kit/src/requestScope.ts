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
  statements: number;
}

const storage = new AsyncLocalStorage<WorkScope>();

export const systemActor: Actor = { kind: 'SYSTEM', sub: '' };

/** Runs `work` within a scope of its own. */
export function runInScope<T>(scope: Omit<WorkScope, 'changed' | 'statements'>, work: () => T): T {
  return storage.run({ ...scope, changed: [], statements: 0 }, work);
}

/** Makes `scope` the current one for what follows in this asynchronous context; for servers whose hooks cannot wrap a call. */
export function enterScope(scope: Omit<WorkScope, 'changed' | 'statements'>): WorkScope {
  const entered: WorkScope = { ...scope, changed: [], statements: 0 };
  storage.enterWith(entered);
  return entered;
}

/** The scope of the work at hand, if there is one. */
export function currentScope(): WorkScope | undefined {
  return storage.getStore();
}
export type { Actor };
