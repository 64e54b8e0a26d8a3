import { z } from 'zod';

/** The words that several subgraphs share in events; each subgraph's GraphQL enums use the same values. */
export const Line = z.enum(['AUTO', 'HOME', 'RENTERS', 'LIFE', 'HEALTH', 'MEDICARE', 'COMMERCIAL']);
export type Line = z.infer<typeof Line>;

export const Tier = z.enum(['HOT', 'WARM', 'COOL', 'COLD']);
export type Tier = z.infer<typeof Tier>;

export const SaleMode = z.enum(['EXCLUSIVE', 'SHARED']);
export type SaleMode = z.infer<typeof SaleMode>;

export const AgeBand = z.enum(['UNKNOWN', 'UNDER_18', '18_24', '25_34', '35_44', '45_54', '55_64', '65_PLUS']);
export type AgeBand = z.infer<typeof AgeBand>;

export const ConsentScope = z.enum(['NAMED_SELLERS', 'PARTNER_LIST']);
export type ConsentScope = z.infer<typeof ConsentScope>;

export const ContactChannel = z.enum(['PHONE', 'SMS', 'EMAIL']);
export type ContactChannel = z.infer<typeof ContactChannel>;

export const QualificationDecision = z.enum(['QUALIFIED', 'NEEDS_REVIEW', 'DISQUALIFIED']);
export type QualificationDecision = z.infer<typeof QualificationDecision>;

export const QualificationEngine = z.enum(['LLM', 'SCORECARD']);
export type QualificationEngine = z.infer<typeof QualificationEngine>;

/** Integer number of US cents. */
export const Cents = z.number().int();
