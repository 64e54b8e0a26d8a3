import { readDemoMarket } from '../demo/readDemoLeads.ts';
import type { GraphClient } from '../graph/graphClient.ts';
import { parseSubject, type TokenKind, type TokenSubject, tokenKinds } from '../issueToken.ts';

/** Nobody is called so; the message says what is possible. */
export class UnknownSubject extends Error {
  override readonly name = 'UnknownSubject';
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NPN = /^\d{4,10}$/;
const DEFAULT_NAMES: Readonly<Partial<Record<TokenKind, string>>> = { OPERATOR: 'ops', FRONTEND: 'web' };

const agentOfNpn = /* GraphQL */ `
  query AgentOfNpn($npn: String!) { agents(filter: { npn: $npn }, first: 1) { edges { node { id name } } } }
`;

export interface FoundSubject extends TokenSubject {
  /** What it is called in messages. */
  readonly label: string;
}

/**
 * Finds whom `--as` means: what `npm run token` takes (`agent:ID`, `operator:NAME`, …), a kind alone (`operator`), or a demo agent by its number (1 is the first),
 * its name or its NPN, each of them after `agent:` as well. Throws `UnknownSubject`.
 */
export async function findSubject(as: string, operator: () => Promise<GraphClient>): Promise<FoundSubject> {
  const given = parseSubject(as);
  if (given && (given.kind !== 'AGENT' || UUID.test(given.sub))) return { ...given, label: labelOf(given) };
  const kind = tokenKinds.find((each) => each === as.toUpperCase());
  if (!given && kind) {
    const sub = DEFAULT_NAMES[kind];
    if (sub === undefined) throw new UnknownSubject(`Say which ${as}: ${as}:NAME.`);
    return { kind, sub, label: labelOf({ kind, sub }) };
  }
  return findAgent(given?.sub ?? as, await operator());
}

async function findAgent(text: string, operator: GraphClient): Promise<FoundSubject> {
  const npn = NPN.test(text) ? text : await demoNpn(text);
  const { agents } = await operator.request<{ agents: { edges: { node: { id: string; name: string } }[] } }>(
    agentOfNpn,
    { npn },
  );
  const agent = agents.edges[0]?.node;
  if (agent) return { kind: 'AGENT', sub: agent.id, label: `agent ${agent.name}` };
  throw new UnknownSubject(`There is no agent with the NPN ${npn}. Has the stack put its demo data in?`);
}

/** The NPN of a demo agent by its number or name. */
async function demoNpn(text: string): Promise<string> {
  const { agents } = await readDemoMarket();
  const wanted = text.toLowerCase();
  const found = /^\d{1,3}$/.test(text)
    ? agents[Number(text) - 1]
    : (agents.find(({ name }) => name.toLowerCase() === wanted) ??
      agents.find(({ name }) => name.toLowerCase().startsWith(wanted)));
  if (found) return found.npn;
  throw new UnknownSubject(
    `"${text}" is nobody: give agent:ID, operator, partner:NAME, frontend, or a demo agent by its number (1 to ${agents.length}), name or NPN.`,
  );
}

function labelOf({ kind, sub }: TokenSubject): string {
  return `${kind.toLowerCase()} ${sub}`;
}
