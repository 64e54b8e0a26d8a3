import { z } from 'zod';

/** W3C Trace Context, which is passed on always. */
const TRACE = ['traceparent', 'tracestate'];

/** Names that a rule may not send: they belong to the connection or to the body, or the gateway sends them itself. */
const RESERVED = new Set([
  ...TRACE,
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'accept',
  'accept-encoding',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-request-id',
  'x-operation-hash',
]);

const ReceivedName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is no header name')
  .transform((name) => name.toLowerCase());
const SentName = ReceivedName.refine((name) => !RESERVED.has(name), 'this header is the gateway’s own');
const HeaderValue = z.string().regex(/^[\x20-\x7e\t]*$/, 'may hold only printable ASCII');

const Rule = z.strictObject({
  /** Passed on from the client's request, under the same name. */
  forward: z.array(SentName).default([]),
  /** Passed on under another name: from → to. */
  rename: z.record(ReceivedName, SentName).default({}),
  /** Sent with this value, whatever the client sends. */
  insert: z.record(SentName, HeaderValue).default({}),
});

export const HeaderRulesConfig = z.strictObject({
  all: Rule.optional(),
  subgraphs: z.record(z.string(), Rule).default({}),
});
export type HeaderRulesConfig = z.infer<typeof HeaderRulesConfig>;
type Rule = z.infer<typeof Rule>;

/** What goes from a client's request to the subgraphs besides what the gateway sends. */
export interface HeaderRules {
  /** Header lines for a subgraph, each ending in CRLF; '' where nothing is forwarded. */
  headersFor(subgraph: string, received: Readonly<Record<string, string | string[] | undefined>>): string;
  /** The headers of clients' requests that some rule reads, in lower case. */
  readonly reads: readonly string[];
}

/**
 * Makes the header rules of a configuration. Each header is sent once: of the rules that send the same one, a subgraph's own wins over the one for all, then `insert` over
 * `rename` over `forward`.
 */
export function createHeaderRules({ all, subgraphs }: HeaderRulesConfig): HeaderRules {
  const general = linesOf(sources([all]));
  const own = new Map(Object.entries(subgraphs).map(([name, rule]) => [name, linesOf(sources([all, rule]))]));
  const reads = new Set([general, ...own.values()].flatMap(({ received }) => received.map(({ from }) => from)));
  return {
    reads: [...reads],
    headersFor(subgraph, received) {
      const { received: wanted, constant } = own.get(subgraph) ?? general;
      let lines = constant;
      for (const { from, to } of wanted) {
        const value = received[from];
        // Node gives header values as Latin-1 text without line breaks; several of one name are one list (RFC 9110, 5.3).
        if (typeof value === 'string') lines += `${to}: ${value}\r\n`;
        else if (Array.isArray(value)) lines += `${to}: ${value.join(', ')}\r\n`;
      }
      return lines;
    },
  };
}

/** Where the value of a header comes from. */
type Source = { readonly from: string } | { readonly value: string };

function sources(rules: readonly (Rule | undefined)[]): Map<string, Source> {
  const byName = new Map<string, Source>();
  for (const rule of rules) {
    for (const name of rule?.forward ?? []) byName.set(name, { from: name });
    for (const [from, to] of Object.entries(rule?.rename ?? {})) byName.set(to, { from });
    for (const [name, value] of Object.entries(rule?.insert ?? {})) byName.set(name, { value });
  }
  return byName;
}

interface Lines {
  readonly received: readonly { readonly from: string; readonly to: string }[];
  readonly constant: string;
}

function linesOf(byName: ReadonlyMap<string, Source>): Lines {
  const received: { from: string; to: string }[] = [];
  let constant = '';
  for (const [to, source] of byName) {
    if ('from' in source) received.push({ from: source.from, to });
    else constant += `${to}: ${source.value}\r\n`;
  }
  return { received, constant };
}

/** The lines of W3C Trace Context; they are in no sharing key. */
export function traceHeaders(received: Readonly<Record<string, string | string[] | undefined>>): string {
  let lines = '';
  for (const name of TRACE) {
    const value = received[name];
    if (typeof value === 'string') lines += `${name}: ${value}\r\n`;
  }
  return lines;
}
