import type { DemoLine } from './demoAgents.ts';

/**
 * One line of `infra/stack/demo/leads.ndjson`: the input of the graph's `createLead`, but for two names that stand for ids which only a
 * running platform knows: `source`, the source's name, is given as `sourceId`, and `consent.sellers` are agencies' legal names. `resolveLead` puts the ids in.
 */
export interface DemoLead {
  readonly source: string;
  readonly externalId: string;
  readonly line: DemoLine;
  readonly isTest: true;
  readonly contact: DemoContact;
  readonly address: { readonly street?: string; readonly city: string; readonly state: string; readonly zip: string };
  readonly details: Readonly<Record<string, unknown>>;
  readonly notes?: string;
  readonly consent: DemoConsent;
}

export interface DemoContact {
  readonly firstName: string;
  readonly lastName: string;
  readonly email?: string;
  readonly phone?: string;
  readonly dateOfBirth?: string;
}

export interface DemoConsent {
  readonly text: string;
  readonly textVersion: string;
  readonly pageUrl: string;
  readonly ip: string;
  readonly userAgent: string;
  readonly givenAt: string;
  readonly channels: readonly ('PHONE' | 'SMS' | 'EMAIL')[];
  readonly scope: 'NAMED_SELLERS' | 'PARTNER_LIST';
  readonly sellers: readonly string[];
  readonly certificateType: 'TRUSTEDFORM' | 'JORNAYA' | 'INTERNAL';
  readonly certificateRef: string;
}

/** The instant at which the demo file's leads were filled in; the demo moves their consent to the time of the run. */
export const demoEpoch = new Date('2026-11-01T15:00:00Z');
