import { z } from 'zod';

/** Names that a rule may not touch: they belong to the connection, or the gateway sets them itself. */
const RESERVED = new Set([
  'connection',
  'content-length',
  'content-type',
  'accept',
  'accept-encoding',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-request-id',
  'x-operation-hash',
]);

const HeaderName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is no header name')
  .transform((name) => name.toLowerCase())
  .refine((name) => !RESERVED.has(name), 'this header is the gateway’s own');
const HeaderValue = z.string().regex(/^[\x20-\x7e\t]*$/, 'may hold only printable ASCII');

const Rule = z.strictObject({
  /** Passed on from the client's request, under the same name. */
  forward: z.array(HeaderName).default([]),
  /** Passed on under another name: from → to. */
  rename: z.record(HeaderName, HeaderName).default({}),
  /** Sent with this value, whatever the client sends. */
  insert: z.record(HeaderName, HeaderValue).default({}),
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

/** W3C Trace Context, which is passed on always. */
const TRACE = ['traceparent', 'tracestate'];

/** Makes the header rules of a configuration; a subgraph's own rule is added to the one for all. */
export function createHeaderRules({ all, subgraphs }: HeaderRulesConfig): HeaderRules {
  const linesOf = new Map<string, Lines>();
  const general = compile(all);
  const reads = new Set(general.received.map(({ from }) => from));
  for (const [name, rule] of Object.entries(subgraphs)) {
    const own = compile(rule);
    for (const { from } of own.received) reads.add(from);
    linesOf.set(name, {
      received: [...general.received, ...own.received],
      constant: general.constant + own.constant,
    });
  }
  return {
    reads: [...reads],
    headersFor(subgraph, received) {
      const { received: wanted, constant } = linesOf.get(subgraph) ?? general;
      let lines = constant;
      for (const { from, to } of wanted) {
        const value = received[from];
        if (value === undefined) continue;
        // Node gives header values as Latin-1 text without line breaks; several of one name are one list (RFC 9110, 5.3).
        lines += `${to}: ${Array.isArray(value) ? value.join(', ') : value}\r\n`;
      }
      return lines;
    },
  };
}

interface Lines {
  readonly received: readonly { readonly from: string; readonly to: string }[];
  readonly constant: string;
}

function compile(rule: Rule | undefined): Lines {
  if (!rule) return { received: [], constant: '' };
  return {
    received: [
      ...rule.forward.map((name) => ({ from: name, to: name })),
      ...Object.entries(rule.rename).map(([from, to]) => ({ from, to })),
    ],
    constant: Object.entries(rule.insert)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join(''),
  };
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
