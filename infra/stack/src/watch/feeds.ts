import { cents, clock, words } from './eventLine.ts';

/** An event as the graph sends it; what else is in it depends on the feed. */
export interface LiveEvent {
  readonly cursor: string;
  /** GAP and START are the gateway's own. */
  readonly kind: string;
  readonly occurredAt: string | null;
}

/** Something that can be followed. */
export interface Feed {
  readonly name: string;
  /** What the command takes beside the name. */
  readonly argument?: { readonly name: string; readonly variable: string };
  /** Whom it is for, when nobody is named. */
  readonly defaultAs?: string;
  /** The root field of the operation. */
  readonly field: string;
  readonly operation: string;
  /** The same for agents and partners, who may not have all of it. */
  readonly narrow?: string;
  /** What a line says of an event that is about something; undefined when the entity is not there. */
  describe(event: never): string | undefined;
}

const EVENT = 'cursor kind occurredAt';

interface OfferEvent extends LiveEvent {
  readonly offer: {
    readonly id: string;
    readonly status: string;
    readonly mode: string;
    readonly priceCents: number;
    readonly expiresAt: string | null;
    readonly lead: {
      readonly line: string;
      readonly address: { readonly city: string | null; readonly state: string | null };
      readonly contact: {
        readonly masked: boolean;
        readonly firstName: string | null;
        readonly lastName: string | null;
        readonly phone: string | null;
      } | null;
      readonly qualification: { readonly score: number; readonly tier: string; readonly nextAction: string } | null;
    } | null;
    readonly hold: { readonly status: string } | null;
  } | null;
}

/** The status that an offer has after an event, where it is not called like its kind. */
const statusOfKind: Readonly<Record<string, string>> = {
  SETTLED: 'ACCEPTED',
  TAKEN: 'CANCELLED',
  WITHDRAWN: 'CANCELLED',
  NO_HOLD: 'CANCELLED',
  CAPTURE_FAILED: 'CANCELLED',
};

const offers: Feed = {
  name: 'offers',
  field: 'offers',
  // Each event is put together from agents, leads, ai and payments.
  operation: /* GraphQL */ `
    subscription WatchOffers($after: String) {
      offers(after: $after) {
        ${EVENT}
        offer {
          id status mode priceCents expiresAt
          lead {
            id line address { city state } contact { masked firstName lastName phone }
            qualification { score tier nextAction }
          }
          hold { status }
        }
      }
    }
  `,
  describe({ kind, offer }: OfferEvent) {
    if (!offer) return undefined;
    const { lead, hold } = offer;
    const qualification = lead?.qualification;
    const contact = lead?.contact;
    return words([
      lead?.line,
      lead?.address.state,
      offer.mode.toLowerCase(),
      cents(offer.priceCents),
      qualification && `score ${qualification.score} ${qualification.tier} ${qualification.nextAction}`,
      kind === 'OFFERED' && offer.status === 'OFFERED' && offer.expiresAt && `until ${clock(offer.expiresAt)}`,
      hold && `hold ${hold.status}`,
      contact && !contact.masked && words([`${contact.firstName} ${contact.lastName}`, contact.phone]),
      offer.status !== (statusOfKind[kind] ?? kind) && `now ${offer.status}`,
      `offer ${offer.id}`,
    ]);
  },
};

interface LeadChangedEvent extends LiveEvent {
  readonly change: {
    readonly fromStatus: string | null;
    readonly reason?: string | null;
    readonly lead: {
      readonly id: string;
      readonly status: string;
      readonly line: string;
      readonly score: number | null;
      readonly tier: string | null;
      readonly soldCount: number;
      readonly maxSales: number;
      readonly address: { readonly state: string | null };
      readonly source: { readonly name: string };
      readonly offers?: readonly { readonly status: string }[];
    };
  } | null;
}

const LEAD = 'id status line score tier soldCount maxSales address { state } source { name }';
const CHANGE = `change { fromStatus reason lead { ${LEAD} offers { status } } }`;

function describeChange({ kind, change }: LeadChangedEvent): string | undefined {
  if (!change) return undefined;
  const { lead, reason, fromStatus } = change;
  const open = lead.offers?.filter(({ status }) => status === 'OFFERED').length ?? 0;
  return words([
    lead.line,
    lead.address.state,
    fromStatus && `from ${fromStatus}`,
    reason,
    lead.score !== null && `score ${lead.score} ${lead.tier}`,
    open > 0 && `${open} open ${open === 1 ? 'offer' : 'offers'}`,
    lead.soldCount > 0 && `sold ${lead.soldCount} of ${lead.maxSales}`,
    lead.source.name,
    lead.status !== kind && `now ${lead.status}`,
    `lead ${lead.id}`,
  ]);
}

const leads: Feed = {
  name: 'leads',
  defaultAs: 'operator',
  field: 'leads',
  operation: /* GraphQL */ `
    subscription WatchLeads($filter: LeadsLiveFilter, $after: String) {
      leads(filter: $filter, after: $after) { ${EVENT} ${CHANGE} }
    }
  `,
  describe: describeChange,
};

const lead: Feed = {
  name: 'lead',
  argument: { name: 'LEAD_ID', variable: 'id' },
  defaultAs: 'operator',
  field: 'leadChanged',
  operation: /* GraphQL */ `
    subscription WatchLead($id: ID!, $after: String) {
      leadChanged(id: $id, after: $after) { ${EVENT} ${CHANGE} }
    }
  `,
  narrow: /* GraphQL */ `
    subscription WatchLead($id: ID!, $after: String) {
      leadChanged(id: $id, after: $after) { ${EVENT} change { fromStatus lead { ${LEAD} } } }
    }
  `,
  describe: describeChange,
};

interface QualificationEvent extends LiveEvent {
  readonly job: {
    readonly status: string;
    readonly failure: string | null;
    readonly qualification: {
      readonly score: number;
      readonly tier: string;
      readonly decision: string;
      readonly engine: string;
      readonly latencyMs: number;
    } | null;
    readonly lead: {
      readonly status: string;
      readonly line: string;
      readonly address: { readonly state: string | null };
    };
  } | null;
}

const qualification: Feed = {
  name: 'qualification',
  argument: { name: 'LEAD_ID', variable: 'leadId' },
  defaultAs: 'operator',
  field: 'qualification',
  operation: /* GraphQL */ `
    subscription WatchQualification($leadId: ID!, $after: String) {
      qualification(leadId: $leadId, after: $after) {
        ${EVENT}
        job {
          status failure
          qualification { score tier decision engine latencyMs }
          lead { id status line address { state } }
        }
      }
    }
  `,
  describe({ kind, job }: QualificationEvent) {
    if (!job) return undefined;
    const { qualification: result, lead: about } = job;
    return words([
      about.line,
      about.address.state,
      result && `score ${result.score} ${result.tier}`,
      result?.decision,
      result && `by ${result.engine} in ${result.latencyMs} ms`,
      job.failure,
      `lead ${about.status}`,
      job.status !== kind && `now ${job.status}`,
    ]);
  },
};

interface WalletEvent extends LiveEvent {
  readonly wallet: {
    readonly availableCents: number;
    readonly balanceCents: number;
    readonly heldCents: number;
    readonly agent: { readonly name: string } | null;
  } | null;
}

const wallet: Feed = {
  name: 'wallet',
  field: 'wallet',
  operation: /* GraphQL */ `
    subscription WatchWallet($after: String) {
      wallet(after: $after) { ${EVENT} wallet { id availableCents balanceCents heldCents agent { id name } } }
    }
  `,
  describe({ wallet: money }: WalletEvent) {
    if (!money) return undefined;
    return words([
      `available ${cents(money.availableCents)}`,
      `balance ${cents(money.balanceCents)}`,
      `held ${cents(money.heldCents)}`,
      money.agent?.name,
    ]);
  },
};

/** What can be followed, in the order in which it is shown. */
export const feeds: readonly Feed[] = [offers, leads, lead, qualification, wallet];
