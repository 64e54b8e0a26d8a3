import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createGraphClient } from '../graph/graphClient.ts';
import type { Platform } from '../platform.ts';
import { seededFile } from './wipeData.ts';

/** An agent of the demo data, for a token to try things with. */
export interface DemoAgentRef {
  readonly id: string;
  readonly name: string;
}

/**
 * Puts the demo data in through the gateway, unless that was done before: whoever has changed or deleted some of it does not get it back with each start (`--fresh` brings
 * everything back). Answers an agent of it.
 */
export async function seedOnce(platform: Platform, folder: string): Promise<DemoAgentRef> {
  const file = seededFile(folder);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as DemoAgentRef;
  const operatorToken = await platform.issueToken({ kind: 'OPERATOR', sub: 'ops' });
  // Loaded only now: the launcher runs for days, and the generator's packages would stay in its memory.
  const { seed } = await import('../demo/seed.ts');
  await seed({ graphqlUrl: platform.urls.graphql, operatorToken });
  const agent = await firstAgent(platform.urls.graphql, operatorToken);
  writeFileSync(file, JSON.stringify(agent));
  return agent;
}

/** The demo agent of a stack that has been seeded; undefined when it never was. */
export function seededAgent(folder: string): DemoAgentRef | undefined {
  const file = seededFile(folder);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DemoAgentRef) : undefined;
}

const firstAgentOperation = /* GraphQL */ `query FirstAgent { agents(first: 1) { edges { node { id name } } } }`;

async function firstAgent(graphqlUrl: string, token: string): Promise<DemoAgentRef> {
  const { agents } = await createGraphClient({ graphqlUrl, token }).request<{
    agents: { edges: { node: DemoAgentRef }[] };
  }>(firstAgentOperation);
  const [first] = agents.edges;
  if (!first) throw new Error('The demo data are in, but there is no agent among them.');
  return first.node;
}
