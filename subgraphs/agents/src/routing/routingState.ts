/**
 * Where the routing of a lead stands. One row a lead; whoever changes it holds its lock, so a lead is routed by one at a time.
 *
 *     WAITING_QUOTES ──lead and both quotes are here──► (round)
 *     (round) ──somebody chosen──► OFFERING
 *             ──nobody, a schedule opens later──► QUEUED ──the time has come──► (round)
 *             ──nobody──► UNSOLD, or CLOSED when some places are sold
 *     OFFERING ──every offer over, places free──► (round), at most 5 in a run
 *              ──no place left──► FILLED ──a capture failed──► (round)
 *     any ──consent revoked──► WITHDRAWN
 *
 * WAITING_QUOTES has a time limit (quotes are asked for again), QUEUED ends at `retryAt`; OFFERING ends with its offers, which have
 * limits of their own (offerStatus.ts). The others wait for nothing.
 */
export const routingStates = [
  'WAITING_QUOTES',
  'OFFERING',
  'QUEUED',
  'FILLED',
  'CLOSED',
  'UNSOLD',
  'WITHDRAWN',
] as const;
export type RoutingState = (typeof routingStates)[number];
