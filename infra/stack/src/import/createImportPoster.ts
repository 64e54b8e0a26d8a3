import { join } from 'node:path';
import type { StackConfig } from '../config.ts';
import { createGraphClient } from '../graph/graphClient.ts';
import type { PostLead } from '../graph/leadOutcome.ts';
import { readMarketNames } from '../graph/marketNames.ts';
import { leadPoster } from '../graph/postLead.ts';
import { createIssuer } from '../issueToken.ts';
import { loadStackKeys } from '../stackKeys.ts';

export interface PosterFlags {
  readonly source?: string;
  readonly url?: string;
  readonly token?: string;
}

/**
 * Posts rows as one operator, so that a row keeps its idempotency key's owner whoever's source it names. Rows without a source get
 * `flags.source`. Throws when the gateway does not answer.
 */
export async function createImportPoster(config: StackConfig, flags: PosterFlags): Promise<PostLead> {
  const graphqlUrl = flags.url ?? `http://127.0.0.1:${config.ports.gateway}/graphql`;
  const operator = createGraphClient({ graphqlUrl, token: flags.token ?? (await localToken(config)) });
  const names = await readMarketNames(operator.within(5_000));
  const post = leadPoster(names, async () => operator);
  return (lead, key) =>
    post(lead.source === undefined && flags.source !== undefined ? { ...lead, source: flags.source } : lead, key);
}

async function localToken({ folder, token }: StackConfig): Promise<string> {
  const keys = await loadStackKeys(join(folder, 'keys'));
  const issue = await createIssuer({ keyFile: keys.issuerKeyFile, ...token });
  return issue({ kind: 'OPERATOR', sub: 'import' });
}
