import type { StackConfig } from '../config.ts';
import type { Platform } from '../platform.ts';

/** Prints what a newcomer needs: addresses, tokens, how to go on and how to stop. */
export async function announce(platform: Platform, config: StackConfig, seconds: number): Promise<void> {
  const { urls, issueToken } = platform;
  const base = urls.gateway.replace('127.0.0.1', 'localhost');
  const tokens = [
    ['operator', await issueToken({ kind: 'OPERATOR', sub: 'ops' })],
    ['frontend', await issueToken({ kind: 'FRONTEND', sub: 'web' })],
    ['partner acme', await issueToken({ kind: 'PARTNER', sub: 'acme' })],
  ] as const;
  const lines = [
    '',
    `Leadgraph is ready after ${seconds.toFixed(1)} s.`,
    '',
    `  graph and GraphiQL   ${base}/graphql`,
    `  health, metrics      ${base}/health/ready   ${base}/metrics`,
    ...Object.entries(urls.subgraphs).map(([name, url]) => `  ${name.padEnd(20)} ${url}`),
    ...(urls.openAi ? [`  ${'OpenAI emulator'.padEnd(20)} ${urls.openAi}`] : []),
    `  ${'logs, data, keys'.padEnd(20)} ${config.folder}`,
    '',
    'Tokens for 12 hours (send as "authorization: Bearer TOKEN"; more with npm run token):',
    ...tokens.map(([name, token]) => `  ${name.padEnd(13)} ${token}`),
    '',
    'Next: npm run demo in another terminal. Ctrl-C stops everything.',
    '',
  ];
  console.log(lines.join('\n'));
}
