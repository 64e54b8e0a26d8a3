import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readStackConfig, subgraphNames } from './config.ts';
import { retireOldKeys, rotateGatewayKey, TOKEN_LIFETIME_MS, untilShown } from './rotateGatewayKey.ts';
import { loadStackKeys, privateKeysOf } from './stackKeys.ts';

const USAGE = `npm run keys -- list | rotate [--keep-old] | retire

  list     the ids of the keys that sign the gateway's tokens for the subgraphs; the first one signs
  rotate   puts a new key in its place while the stack runs: subgraphs first, then the gateway; the old one goes when its tokens have ended
  retire   takes away the keys that do not sign any more, after rotate --keep-old or one that was broken off`;

/** `npm run keys`: the key by which the local stack's subgraphs know their gateway. */
async function main(): Promise<number> {
  let values: { 'keep-old'?: boolean; help?: boolean };
  let positionals: string[];
  try {
    const options = { 'keep-old': { type: 'boolean' }, help: { type: 'boolean' } } as const;
    ({ values, positionals } = parseArgs({ allowPositionals: true, options }));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const [command, ...rest] = positionals;
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (rest.length > 0 || !['list', 'rotate', 'retire'].includes(command ?? '')) {
    const fault = command === undefined ? 'Give a command.' : `There is no command "${positionals.join(' ')}".`;
    console.error(`${fault}\n\n${USAGE}`);
    return 2;
  }
  const { folder, ports } = readStackConfig();
  const keys = await loadStackKeys(join(folder, 'keys'));
  const retire = () => {
    const retired = retireOldKeys(keys);
    console.log(retired.length === 0 ? 'there are no old keys' : `retired: ${retired.join(', ')}`);
    return 0;
  };
  if (command === 'list') {
    for (const { kid } of privateKeysOf(readFileSync(keys.gatewaySigningKeyFile, 'utf8'))) console.log(kid);
    return 0;
  }
  if (command === 'retire') return retire();
  const urlOf = (port: number) => `http://127.0.0.1:${port}`;
  const subgraphs = Object.fromEntries(subgraphNames.map((name) => [name, urlOf(ports[name])]));
  await rotateGatewayKey({
    keys,
    untilRead: (who, kid) =>
      who === 'gateway'
        ? untilShown({ gateway: urlOf(ports.gateway) }, 'subgraph_signing_key', kid)
        : untilShown(subgraphs, 'gateway_keys', kid),
    say: console.log,
  });
  if (values['keep-old']) return 0;
  console.log(`waiting ${TOKEN_LIFETIME_MS / 1000} s for the end of the old key's tokens`);
  await delay(TOKEN_LIFETIME_MS);
  return retire();
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
