import type { LiveLimits } from '../config.js';
import type { ConnectionLimits } from '../subscribe/subscription.js';
import { anonymous, type Identity } from './identity.js';

/** Counts who is connected, in this process. Those without a token are nobody in particular: only the limit of the process holds for them. */
export function createConnectionLimits(
  limits: Pick<LiveLimits, 'connections' | 'connectionsPerIdentity'>,
): ConnectionLimits {
  const byIdentity = new Map<string, number>();
  let all = 0;

  return {
    enter({ kind, sub }) {
      // Without the scopes: another token of the same identity is the same one.
      const key = kind === anonymous.kind ? undefined : personOf({ kind, sub });
      const own = key === undefined ? 0 : (byIdentity.get(key) ?? 0);
      if (all >= limits.connections || own >= limits.connectionsPerIdentity) return undefined;
      all += 1;
      if (key !== undefined) byIdentity.set(key, own + 1);
      return () => {
        all -= 1;
        if (key === undefined) return;
        const left = (byIdentity.get(key) ?? 1) - 1;
        if (left > 0) byIdentity.set(key, left);
        else byIdentity.delete(key);
      };
    },
  };
}

/** Whose an identity is, whatever it may do at the moment. */
export function personOf({ kind, sub }: Pick<Identity, 'kind' | 'sub'>): string {
  return `${kind}\n${sub}`;
}
