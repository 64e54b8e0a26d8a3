import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PROJECT_ROOT, subgraphNames } from '../src/config.ts';
import { readDemoLeads } from '../src/demo/readDemoLeads.ts';
import { runDemo } from '../src/demo/runDemo.ts';
import { seed } from '../src/demo/seed.ts';
import { createGraphClient } from '../src/graph/graphClient.ts';
import type { Platform } from '../src/platform.ts';
import { retireOldKeys, rotateGatewayKey, untilShown } from '../src/rotateGatewayKey.ts';
import { privateKeysOf } from '../src/stackKeys.ts';
import { forgedTokens, trueToken } from './gatewayTokens.ts';
import { startTestPlatform, type TestPlatform } from './startTestPlatform.ts';

const START_MS = 120_000;
const RUN_MS = 120_000;

let test: TestPlatform;
let platform: Platform;
let operatorToken: string;

beforeAll(async () => {
  test = await startTestPlatform();
  platform = test.platform;
  operatorToken = await platform.issueToken({ kind: 'OPERATOR', sub: 'ops' });
}, START_MS);
afterAll(() => test?.stop());

const publicKeys = () => JSON.parse(readFileSync(platform.keys.gatewayJwksFile, 'utf8')) as { keys: JWK[] };
const gatewayKeys = () => privateKeysOf(readFileSync(platform.keys.gatewaySigningKeyFile, 'utf8'));

/** The one that signs. */
const signingKey = () => gatewayKeys()[0] as JWK;

async function callSubgraph(name: (typeof subgraphNames)[number], token: string | undefined) {
  const response = await fetch(platform.urls.subgraphs[name], {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query: '{ __typename }' }),
  });
  return { status: response.status, body: await response.json() };
}

const REFUSED = {
  errors: [{ message: expect.stringContaining('gateway'), extensions: { code: 'UNAUTHENTICATED' } }],
};

describe.each(subgraphNames)('%s, called without the gateway', (name) => {
  it.each(forgedTokens)('answers 401 to %s', async (_, make) => {
    const answer = await callSubgraph(name, await make(signingKey(), name));
    expect(answer).toEqual({ status: 401, body: REFUSED });
  });

  it('answers its gateway', async () => {
    expect((await callSubgraph(name, await trueToken(signingKey(), name))).status).toBe(200);
  });

  it('answers 401 to a client’s own token, and to none by GET', async () => {
    expect(await callSubgraph(name, operatorToken)).toEqual({ status: 401, body: REFUSED });
    const got = await fetch(`${platform.urls.subgraphs[name]}?query={__typename}`);
    expect(got.status).toBe(401);
  });
});

describe('the audit', () => {
  const command = async (...args: string[]) => {
    const script = join(PROJECT_ROOT, 'gateway/dist/audit/auditCommand.js');
    const env = { PATH: process.env.PATH, NATS_URL: platform.urls.nats };
    return (await promisify(execFile)(process.execPath, [script, ...args], { env })).stdout;
  };
  // biome-ignore lint/suspicious/noExplicitAny: a test states what it expects
  const records = async (...args: string[]): Promise<any[]> =>
    (await command('--json', ...args))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));

  it(
    'has every mutation, and who was shown whose contact: operators with the scope and buyers',
    async () => {
      const graphqlUrl = platform.urls.graphql;
      await seed({ graphqlUrl, operatorToken });
      const leads = (await readDemoLeads()).slice(0, 40);
      const { issueToken } = platform;
      await runDemo({ graphqlUrl, issueToken, leads, windowSeconds: 1, settleTimeoutMs: 60_000 });
      const ask = async (token: string, query: string, userAgent: string) => {
        const headers = {
          'content-type': 'application/json',
          authorization: `Bearer ${token}`,
          'user-agent': userAgent,
        };
        const response = await fetch(graphqlUrl, { method: 'POST', headers, body: JSON.stringify({ query }) });
        // biome-ignore lint/suspicious/noExplicitAny: a test states what it expects
        return ((await response.json()) as any).data;
      };
      const { leads: sold } = await ask(
        operatorToken,
        'query Sold { leads(first: 1, filter: { status: [SOLD] }) { edges { node { id buyers { agent { id } } } } } }',
        'finder',
      );
      const { id, buyers } = sold.edges[0].node;
      const CONTACT = `query Contact { lead(id: "${id}") { contact { phone masked } } }`;
      const clerk = await issueToken({ kind: 'OPERATOR', sub: 'clerk' }, { scopes: [] });
      const buyer = await issueToken({ kind: 'AGENT', sub: buyers[0].agent.id });
      expect((await ask(operatorToken, CONTACT, 'one')).lead.contact.masked).toBe(false);
      expect((await ask(clerk, CONTACT, 'two')).lead.contact.masked).toBe(true);
      expect((await ask(buyer, CONTACT, 'three')).lead.contact.masked).toBe(false);

      const entities = [{ __typename: 'Lead', key: id, fields: ['contact.phone'] }];
      await vi.waitFor(
        async () => {
          const found = await records('--since', '10m', '--kind', 'disclosure', '--entity', `Lead:${id}`);
          expect(found.filter(({ what }) => what.operation === 'Contact')).toMatchObject([
            { who: { kind: 'OPERATOR', sub: 'ops' }, entities, from: { userAgent: 'one', transport: 'http' } },
            { who: { kind: 'AGENT', sub: buyers[0].agent.id }, entities, from: { userAgent: 'three' } },
          ]);
        },
        { timeout: 10_000, interval: 200 },
      );
      const created = await records('--kind', 'mutation', '--who', 'PARTNER');
      expect(created.filter(({ what }) => what.fields.includes('createLead')).length).toBeGreaterThanOrEqual(40);
      expect(created.some((record) => record.entities.some(({ key }: { key: string }) => key === id))).toBe(true);
      const all = JSON.stringify(await records());
      for (const { contact } of leads as { contact?: { email?: string | null } }[])
        if (contact?.email) expect(all).not.toContain(contact.email);
      expect(await command('--who', `AGENT:${buyers[0].agent.id}`, '--kind', 'disclosure')).toMatch(
        /disclosure +AGENT:.* Contact .*Lead:.*\{contact\.phone\}.*http/,
      );
    },
    RUN_MS,
  );
});

describe('the key by which subgraphs know their gateway', () => {
  it(
    'is exchanged under load with no request failing, and an old token is worth nothing afterwards',
    async () => {
      const client = createGraphClient({ graphqlUrl: platform.urls.graphql, token: operatorToken });
      const old = signingKey();
      let asked = 0;
      let going = true;
      const failures: unknown[] = [];
      const load = Array.from({ length: 4 }, async (_, worker) => {
        while (going) {
          asked += 1;
          // Different each time, of all four: nothing of it is shared.
          const query = `query L${worker}_${asked % 20} { health { leads { status } agents { status } payments { status } ai { status } } }`;
          await client.request(query).catch((error: unknown) => failures.push(error));
        }
      });
      const urls = platform.urls.subgraphs;
      const kid = await rotateGatewayKey({
        keys: platform.keys,
        untilRead: (who, key) =>
          who === 'gateway'
            ? untilShown({ gateway: platform.urls.gateway }, 'subgraph_signing_key', key)
            : untilShown(urls, 'gateway_keys', key),
      });
      const switched = asked;
      await vi.waitFor(() => expect(asked).toBeGreaterThan(switched + 50), { timeout: 20_000, interval: 50 });
      // No token of the old key is in flight any more: the gateway has been signing with the new one.
      expect(retireOldKeys(platform.keys)).toEqual([old.kid]);
      await vi.waitFor(
        async () => {
          for (const url of Object.values(urls))
            expect(await (await fetch(new URL('/metrics', url))).text()).not.toContain(`kid="${old.kid}"`);
        },
        { timeout: 20_000, interval: 100 },
      );
      const retired = asked;
      await vi.waitFor(() => expect(asked).toBeGreaterThan(retired + 50), { timeout: 20_000, interval: 50 });
      going = false;
      await Promise.all(load);
      expect(failures).toEqual([]);
      expect(publicKeys().keys.map((key) => key.kid)).toEqual([kid]);
      for (const name of subgraphNames) {
        expect((await callSubgraph(name, await trueToken(old, name))).status).toBe(401);
        expect((await callSubgraph(name, await trueToken(signingKey(), name))).status).toBe(200);
      }
      const metrics = await (await fetch(`${platform.urls.gateway}/metrics`)).text();
      const minted = Number(/^subgraph_tokens_minted_total\{.*\} (\d+)$/m.exec(metrics)?.[1]);
      const sent = [...metrics.matchAll(/^subgraph_request_duration_seconds_count\{.*\} (\d+)$/gm)]
        .map(([, count]) => Number(count))
        .reduce((sum, count) => sum + count, 0);
      expect(sent).toBeGreaterThan(10 * minted);
    },
    RUN_MS,
  );
});
