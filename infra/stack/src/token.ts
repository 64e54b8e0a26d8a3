import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readStackConfig } from './config.ts';
import { createIssuer, defaultScopes, parseSubject } from './issueToken.ts';
import { loadStackKeys } from './stackKeys.ts';

const USAGE = `npm run token -- --as KIND:NAME [--scopes a,b] [--expires 12h]

  --as       agent:ID (the agent's id in the graph), operator:NAME, partner:ID, frontend:NAME
  --scopes   instead of the kind's own; an operator has contacts:read
  --expires  a time span such as 30m, 12h or "7 days"; 12h unless given

Prints a token that the local stack's gateway accepts: send it as "authorization: Bearer TOKEN".`;

/** `npm run token`: a client's token from the local issuer. */
async function main(): Promise<number> {
  let values: { as?: string; scopes?: string; expires?: string; help?: boolean };
  try {
    ({ values } = parseArgs({
      options: {
        as: { type: 'string' },
        scopes: { type: 'string' },
        expires: { type: 'string' },
        help: { type: 'boolean' },
      },
    }));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const subject = parseSubject(values.as ?? '');
  if (!subject) {
    const fault = values.as === undefined ? 'Say whose token it is, by --as.' : `--as ${values.as}: that is nobody.`;
    console.error(`${fault}\n\n${USAGE}`);
    return 2;
  }
  const config = readStackConfig();
  const keys = await loadStackKeys(join(config.folder, 'keys'));
  const issue = await createIssuer({ keyFile: keys.issuerKeyFile, ...config.token });
  const scopes = values.scopes?.split(',').filter(Boolean) ?? defaultScopes[subject.kind];
  try {
    console.log(await issue(subject, { scopes, ...(values.expires && { expires: values.expires }) }));
    return 0;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`--expires: "${values.expires}" is no time span. Give for example 30m, 12h or "7 days".`);
    return 2;
  }
}

process.exitCode = await main();
