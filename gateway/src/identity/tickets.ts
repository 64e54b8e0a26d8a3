import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { RequestRefused } from '../errors/requestRefused.js';
import type { ClientKeys } from './clientKeys.js';
import type { Credentials } from './clientToken.js';
import type { Identity } from './identity.js';
import type { UsedTickets } from './usedTickets.js';

/** How long a ticket is good, in milliseconds. */
export const TICKET_LIFETIME_MS = 60_000;
const LONGEST_TICKET = 8 * 1024;
/** Other things are signed by the same key: none of them passes for a ticket. */
const PURPOSE = 'event stream ticket\n';

/** What stands in a ticket. */
interface Content {
  readonly id: string;
  readonly identity: Identity;
  /** Of the token that it was made for. */
  readonly expiresAt: number | undefined;
  /** Of the client's key that it was made for. */
  readonly keyPrefix?: string | undefined;
  /** The end of the ticket itself. */
  readonly until: number;
}

export interface Ticket {
  readonly ticket: string;
  readonly expiresInSeconds: number;
}

/** Tickets stand in for the token once where a client cannot send a header, as browsers' EventSource cannot. */
export interface Tickets {
  mint(credentials: Credentials): Ticket;
  /** Uses a ticket up. Rejects with `RequestRefused`: UNAUTHENTICATED when it is forged, too old or used, IDENTITY_UNAVAILABLE when that cannot be found out. */
  redeem(ticket: string): Promise<Credentials>;
}

export interface TicketOptions {
  /** What tickets are signed with, by HMAC-SHA256: the same at all gateways that one client may get to. */
  readonly key: Buffer;
  readonly used: UsedTickets;
  /** For tickets that were made for clients' keys: such a key may have been revoked since. */
  readonly keys?: Pick<ClientKeys, 'resume'> | undefined;
  readonly now?: () => number;
}

/** Makes the office of tickets. They hold the identity themselves, so that nothing has to be kept of those that are never used. */
export function createTickets({ key, used, keys, now = () => Date.now() }: TicketOptions): Tickets {
  const sign = (content: string) => createHmac('sha256', key).update(PURPOSE).update(content).digest();

  return {
    mint({ identity: { kind, sub, scopes }, expiresAt, keyPrefix }) {
      const until = Math.min(now() + TICKET_LIFETIME_MS, expiresAt ?? Number.POSITIVE_INFINITY);
      const content: Content = {
        id: randomBytes(16).toString('base64url'),
        identity: { kind, sub, scopes },
        expiresAt,
        keyPrefix,
        until,
      };
      const text = Buffer.from(JSON.stringify(content)).toString('base64url');
      const expiresInSeconds = Math.max(0, Math.floor((until - now()) / 1000));
      return { ticket: `${text}.${sign(text).toString('base64url')}`, expiresInSeconds };
    },
    async redeem(ticket) {
      const [text, signature, ...rest] = ticket.length > LONGEST_TICKET ? [] : ticket.split('.');
      if (!text || !signature || rest.length > 0 || !equal(Buffer.from(signature, 'base64url'), sign(text))) {
        throw refused('The ticket was not made by this graph.');
      }
      const { id, identity, expiresAt, keyPrefix, until } = JSON.parse(
        Buffer.from(text, 'base64url').toString(),
      ) as Content;
      if (until <= now()) throw refused('The ticket has expired.');
      const isFirst = await used.use(id).catch((cause: unknown) => {
        const message = 'Tickets cannot be checked at the moment. Try again in a few seconds.';
        throw new RequestRefused('IDENTITY_UNAVAILABLE', message, { cause, headers: { 'retry-after': '5' } });
      });
      if (!isFirst) throw refused('The ticket has been used.');
      if (keyPrefix === undefined) return { identity, expiresAt };
      if (keys) return keys.resume(keyPrefix);
      throw refused('The ticket was made for a key that is not known here.');
    },
  };
}

function equal(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function refused(message: string): RequestRefused {
  return new RequestRefused(
    'UNAUTHENTICATED',
    `${message} Get a new one by POST /graphql/ticket, with the headers of an authenticated request, and open a new event stream.`,
    { headers: { 'www-authenticate': 'Bearer' } },
  );
}
