import type { Command } from './commandLine.ts';
import { data } from './data.ts';
import { engine } from './engine.ts';
import { operations } from './operations.ts';
import { soak } from './soak.ts';
import { stale } from './stale.ts';
import { store } from './store.ts';
import { subscriptions } from './subscriptions.ts';

/** The subcommands of `npm run perf`. */
export const commands: Readonly<Record<string, Command>> = {
  engine,
  soak,
  operations,
  subscriptions,
  data,
  stale,
  store,
};
