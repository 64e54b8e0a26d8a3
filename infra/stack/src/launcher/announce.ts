import { persistedOperation } from '../graph/persistedOperation.ts';
import type { Platform } from '../platform.ts';
import { LOCAL_PARTNER } from '../provideClients.ts';
import type { DemoAgentRef } from './demoData.ts';

export interface Announcement {
  readonly folder: string;
  /** An agent of the demo data. */
  readonly agent: DemoAgentRef | undefined;
  /** Since the start. */
  readonly seconds: number;
}

/** Prints what a newcomer needs: addresses, tokens, how to go on and how to stop. */
export async function announce(platform: Platform, { folder, agent, seconds }: Announcement): Promise<void> {
  const { urls, issueToken } = platform;
  const base = urls.gateway.replace('127.0.0.1', 'localhost');
  const tokens = [
    ['operator', await issueToken({ kind: 'OPERATOR', sub: 'ops' })],
    ['frontend', await issueToken({ kind: 'FRONTEND', sub: 'web' })],
    [`partner ${LOCAL_PARTNER}`, await issueToken({ kind: 'PARTNER', sub: LOCAL_PARTNER })],
    ...(agent ? [[`agent ${agent.name}`, await issueToken({ kind: 'AGENT', sub: agent.id })]] : []),
  ];
  const lines = [
    '',
    `Leadgraph is ready after ${seconds.toFixed(1)} s.`,
    '',
    `  graph and GraphiQL   ${base}/graphql`,
    `  health, metrics      ${base}/health/ready   ${base}/metrics`,
    ...Object.entries(urls.subgraphs).map(([name, url]) => `  ${name.padEnd(20)} ${url}`),
    ...(urls.openAi ? [`  ${'OpenAI emulator'.padEnd(20)} ${urls.openAi}`] : []),
    `  ${'logs, data, keys'.padEnd(20)} ${folder}`,
    '',
    'Tokens for 12 hours (send as "authorization: Bearer TOKEN"; more with npm run token):',
    ...tokens.flatMap(([name, token]) => [`  ${name}`, `    ${token}`]),
    '',
    ...describePartner(platform, base),
    'Next: npm run demo in another terminal, npm run watch -- leads in a third. Ctrl-C stops everything.',
    '',
  ];
  console.log(lines.join('\n'));
}

/** How a partner calls the graph: by the id of one of its operations. */
function describePartner({ partnerKey }: Platform, base: string): string[] {
  if (partnerKey === undefined) return [];
  const body = JSON.stringify({ documentId: persistedOperation('partner', 'Health').id });
  return [
    `Key of the partner ${LOCAL_PARTNER} (send it as "x-partner-key: KEY"; more with npm run partners), and one of its operations:`,
    `  ${partnerKey}`,
    `  curl -s ${base}/graphql -H 'x-partner-key: ${partnerKey}' -H 'content-type: application/json' -d '${body}'`,
    `  curl -s ${base}/partner/v1/leads -H 'x-partner-key: ${partnerKey}'   # over REST; ${base}/partner/v1/openapi.json says what there is`,
    '',
  ];
}
