import type { LiveLimits } from '../config/live.js';
import type { ConnectionLimits } from '../subscribe/subscription.js';
import { Occupancy } from './occupancy.js';

/** Counts who is connected, in this process. */
export function createConnectionLimits({
  connections,
  connectionsPerIdentity,
}: Pick<LiveLimits, 'connections' | 'connectionsPerIdentity'>): ConnectionLimits {
  const occupancy = new Occupancy({ all: connections, perPerson: connectionsPerIdentity });
  return {
    enter(identity) {
      const entered = occupancy.enter(identity);
      return typeof entered === 'string' ? undefined : entered;
    },
  };
}
