import type { Identity } from '@leadgraph/kit';

/** Whose idempotency keys a caller's are. */
export function callerOf({ kind, sub }: Identity): string {
  return `${kind}:${sub}`;
}
