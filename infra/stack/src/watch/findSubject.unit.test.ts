import { expect, it } from 'vitest';
import { readDemoMarket } from '../demo/readDemoLeads.ts';
import type { GraphClient } from '../graph/graphClient.ts';
import { findSubject, UnknownSubject } from './findSubject.ts';

const ID = '019a0000-0000-7000-8000-000000000001';
const { agents } = await readDemoMarket();
const [first, , third] = agents;

/** A graph in which every demo agent has the id `id of NPN`. */
const operator = async (): Promise<GraphClient> => ({
  ...{ within: notWanted, uncached: notWanted },
  request: async <T>(_: string, variables?: Record<string, unknown>) => {
    const agent = agents.find(({ npn }) => npn === variables?.npn);
    return { agents: { edges: agent ? [{ node: { id: `id of ${agent.npn}`, name: agent.name } }] : [] } } as T;
  },
});
function notWanted(): never {
  throw new Error('not asked for');
}
const nobody = (): Promise<GraphClient> => Promise.reject(new Error('the graph is not to be asked'));

it.each([
  [`agent:${ID}`, { kind: 'AGENT', sub: ID, label: `agent ${ID}` }],
  ['operator', { kind: 'OPERATOR', sub: 'ops', label: 'operator ops' }],
  ['operator:ann', { kind: 'OPERATOR', sub: 'ann', label: 'operator ann' }],
  ['frontend', { kind: 'FRONTEND', sub: 'web', label: 'frontend web' }],
  ['partner:acme', { kind: 'PARTNER', sub: 'acme', label: 'partner acme' }],
])('takes %s as it is', async (as, found) => {
  expect(await findSubject(as, nobody)).toEqual(found);
});

it.each([
  ['its number', '3', third],
  ['its name', first?.name ?? '', first],
  ['the beginning of its name', (third?.name ?? '').slice(0, -1).toLowerCase(), third],
  ['its NPN', first?.npn ?? '', first],
  ['its NPN after agent:', `agent:${third?.npn}`, third],
  ['its number after agent:', 'agent:1', first],
])('finds a demo agent by %s', async (_, as, agent) => {
  expect(await findSubject(as, operator)).toEqual({
    kind: 'AGENT',
    sub: `id of ${agent?.npn}`,
    label: `agent ${agent?.name}`,
  });
});

it.each(['nobody at all', '0', '999', '99999999', 'partner', 'agent'])(
  'knows no "%s", and says what there is',
  async (as) => {
    await expect(findSubject(as, operator)).rejects.toThrow(UnknownSubject);
  },
);
