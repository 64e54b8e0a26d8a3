import { NatsError } from 'nats';
import type { NatsLink } from '../eventSource/jetStream/natsLink.js';
import type { UsedTickets } from './usedTickets.js';

const BUCKET = 'gateway-tickets';
const WAIT_MS = 3_000;
/** JetStream's `err_code` for a key that is there already. */
const WRONG_LAST_SEQUENCE = 10_071;

/**
 * Remembers used tickets in a key-value bucket of JetStream: a ticket is used once, whichever process of the gateway it is given to. Rejects when NATS cannot be asked in time.
 */
export function usedTicketsInNats(link: NatsLink, lifetimeMs: number): UsedTickets {
  return {
    use: (id) =>
      link.attempt('tickets', AbortSignal.timeout(WAIT_MS), async ({ nc }) => {
        // Longer than tickets are good: clocks differ.
        const bucket = await nc.jetstream().views.kv(BUCKET, { ttl: 2 * lifetimeMs });
        try {
          await bucket.create(id, '');
          return true;
        } catch (error) {
          if (error instanceof NatsError && error.api_error?.err_code === WRONG_LAST_SEQUENCE) return false;
          throw error;
        }
      }),
  };
}
