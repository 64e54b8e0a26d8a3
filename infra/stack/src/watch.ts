import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeJwt } from 'jose';
import { ConfigError, readStackConfig, type StackConfig } from './config.ts';
import { createGraphClient, GraphError } from './graph/graphClient.ts';
import { createIssuer } from './issueToken.ts';
import { untilStopped } from './launcher/untilStopped.ts';
import { loadStackKeys } from './stackKeys.ts';
import { eventLine } from './watch/eventLine.ts';
import { type Feed, feeds, type LiveEvent } from './watch/feeds.ts';
import { findSubject, UnknownSubject } from './watch/findSubject.ts';
import { FeedEnded, type FeedResult, followFeed } from './watch/followFeed.ts';

const USAGE = `npm run watch -- FEED [--as WHO] [--after CURSOR] [--json]

  offers                   an agent's own offers (--as is needed)
  wallet                   an agent's own wallet (--as is needed)
  leads                    what happens to all leads; --filter '{"kind": ["SOLD"], "line": ["AUTO"], "state": ["TX"], "isTest": false}'
  lead LEAD_ID             what happens to one lead
  qualification LEAD_ID    how far its qualification is

  --as       agent:ID, operator, partner:NAME, frontend, or a demo agent by its number, name or NPN; else an operator
  --after    begin behind the event with this cursor instead of now
  --json     the payloads as they come, one a line
  --url, --token  the gateway's /graphql and a token; the local stack's when left out

Shows one line an event. A lost connection is made again and goes on where it stopped: nothing is missed, nothing comes twice. Ctrl-C ends it.`;

interface Flags {
  readonly as?: string;
  readonly after?: string;
  readonly filter?: string;
  readonly json?: boolean;
  readonly url?: string;
  readonly token?: string;
  readonly help?: boolean;
}

/** A call that cannot be understood; the message says why. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `npm run watch`: shows a subscription live in the terminal. Answers the exit code. */
async function main(): Promise<number> {
  try {
    const { flags, words } = readFlags();
    if (flags.help) {
      console.log(USAGE);
      return 0;
    }
    const { feed, variables } = readFeed(words, flags);
    const config = readStackConfig();
    const signal = untilStopped(config.parentPid, () => process.exit(130));
    await watch(feed, variables, { flags, config, signal });
    return 0;
  } catch (error) {
    if (error instanceof UsageError) console.error(`${error.message}\n\n${USAGE}`);
    else if (expected.some((kind) => error instanceof kind)) console.error((error as Error).message);
    else console.error(error);
    return error instanceof UsageError || error instanceof UnknownSubject ? 2 : 1;
  }
}

const expected = [ConfigError, FeedEnded, GraphError, UnknownSubject];

interface Surroundings {
  readonly flags: Flags;
  readonly config: StackConfig;
  readonly signal: AbortSignal;
}

async function watch(feed: Feed, variables: Record<string, unknown>, { flags, config, signal }: Surroundings) {
  const http = flags.url ?? `http://127.0.0.1:${config.ports.gateway}/graphql`;
  const { label, token } = await identityFor(feed, http, { flags, config });
  const operation = (seesAll(await token()) ? undefined : feed.narrow) ?? feed.operation;
  const note = (line: string) => console.error(`· ${line}`);
  let events = 0;
  let cursor = flags.after;
  const onResult = (result: FeedResult) => {
    cursor = result.extensions?.cursor ?? cursor;
    const event = result.data?.[feed.field] as LiveEvent | null | undefined;
    if (event?.kind !== 'START') events += 1;
    if (flags.json) return console.log(JSON.stringify(result));
    for (const { message, extensions } of result.errors ?? []) note(`${extensions?.code ?? 'error'}: ${message}`);
    if (!event) return;
    if (event.kind === 'START') note(`following ${feed.name} as ${label}`);
    else console.log(eventLine(feed, event, new Date()));
  };
  if (flags.after !== undefined) note(`following ${feed.name} as ${label} from the cursor`);
  await followFeed({
    url: http.replace(/^http/, 'ws'),
    token,
    renewable: flags.token === undefined,
    // An empty cursor asks for that of now: whatever happens after it can be had again, even if the connection is lost before the first event.
    payload: { query: operation, variables: { ...variables, after: flags.after ?? '' } },
    onResult,
    note,
    signal,
  });
  note(`stopped after ${events} ${events === 1 ? 'event' : 'events'}${cursor ? `; go on with --after ${cursor}` : ''}`);
}

/** Whether a token's bearer is of the platform; a token that is none is the gateway's to refuse. */
function seesAll(token: string): boolean {
  try {
    const { kind } = decodeJwt(token);
    return kind === 'OPERATOR' || kind === 'FRONTEND';
  } catch {
    return true;
  }
}

/** Tokens for whom the feed is followed as: the one that was given, or new ones of the local issuer. */
async function identityFor(
  feed: Feed,
  graphqlUrl: string,
  { flags, config }: Pick<Surroundings, 'flags' | 'config'>,
): Promise<{ label: string; token: () => Promise<string> }> {
  const given = flags.token;
  if (given !== undefined) return { label: 'the bearer of the token', token: async () => given };
  const as = flags.as ?? feed.defaultAs;
  if (as === undefined)
    throw new UsageError(`Say whose ${feed.name}: --as agent:ID, or --as 1 for the first demo agent.`);
  const keys = await loadStackKeys(join(config.folder, 'keys'));
  const issue = await createIssuer({ keyFile: keys.issuerKeyFile, ...config.token });
  const operator = async () =>
    createGraphClient({ graphqlUrl, token: await issue({ kind: 'OPERATOR', sub: 'ops' }) }).within(5_000);
  const { label, ...subject } = await findSubject(as, operator);
  return { label, token: () => issue(subject) };
}

function readFeed(
  [name, ...values]: readonly string[],
  { filter }: Flags,
): { feed: Feed; variables: Record<string, unknown> } {
  const feed = feeds.find((each) => each.name === name);
  if (!feed) throw new UsageError(name === undefined ? 'Say what to watch.' : `There is nothing called "${name}".`);
  const { argument } = feed;
  if (values.length !== (argument ? 1 : 0))
    throw new UsageError(argument ? `Give the ${argument.name}.` : `"${feed.name}" takes nothing more.`);
  if (filter !== undefined && feed.name !== 'leads') throw new UsageError('--filter is for "leads".');
  return {
    feed,
    variables: { ...(argument && { [argument.variable]: values[0] }), ...(filter && { filter: readFilter(filter) }) },
  };
}

function readFilter(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`--filter: "${text}" is no JSON.`);
  }
}

function readFlags(): { flags: Flags; words: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        as: { type: 'string' },
        after: { type: 'string' },
        filter: { type: 'string' },
        json: { type: 'boolean' },
        url: { type: 'string' },
        token: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    return { flags: values, words: positionals };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

// `npm run watch -- … | head` ends when head does.
process.stdout.on('error', () => process.exit(0));
process.exit(await main());
