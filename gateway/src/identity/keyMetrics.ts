import { Counter, Gauge, type Registry } from 'prom-client';
import type { SigningKey } from './signingKey.js';

/** What can be seen of the key that tokens for subgraphs are signed with: which it is, and how often it is used. */
export function createKeyMetrics(registry: Registry) {
  const registers = [registry];
  const inUse = new Gauge({
    name: 'subgraph_signing_key',
    help: 'The key that tokens for subgraphs are signed with: 1, by its id.',
    labelNames: ['kid'],
    registers,
  });
  return {
    tokensMinted: new Counter({
      name: 'subgraph_tokens_minted_total',
      help: 'Tokens for subgraphs that have been signed: about one every 40 s for an identity and subgraph, however many requests they have.',
      registers,
    }),
    showKey({ kid = '' }: SigningKey): void {
      inUse.reset();
      inUse.set({ kid }, 1);
    },
  };
}
