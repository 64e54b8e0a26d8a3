/** Why a campaign does not get a lead, in the order in which the reasons are looked for (domain reference, "Routing", step 2). */
export const filterReasons = [
  'ACTIVE',
  'LICENSE',
  'LINE',
  'GEO',
  'FILTER',
  'SCORE',
  'BID',
  'FUNDS',
  'CAP',
  'SCHEDULE',
  'OPEN_OFFERS',
  'ALREADY_OFFERED',
  'SAME_CARRIER',
  /** The consent names sellers (or the line demands it) and the agent's agency is not among them (step 3). */
  'SELLER',
] as const;
export type FilterReason = (typeof filterReasons)[number];

/** Why nobody at all may get a lead (step 1). */
export const gateReasons = ['CONSENT', 'CHANNEL', 'SUPPRESSED', 'PLACES', 'WITHDRAWN'] as const;
export type GateReason = (typeof gateReasons)[number];

/** Why a campaign that passed every filter was still not chosen: the other mode is worth more, or better ranked ones took the places. */
export type PassedOverReason = 'OTHER_MODE' | 'OUTRANKED';

export const saleModes = ['EXCLUSIVE', 'SHARED'] as const;
export type SaleMode = (typeof saleModes)[number];

export const lines = ['AUTO', 'HOME', 'RENTERS', 'LIFE', 'HEALTH', 'MEDICARE', 'COMMERCIAL'] as const;
export type Line = (typeof lines)[number];

export const linesOfAuthority = [
  'LIFE',
  'ACCIDENT_HEALTH',
  'PROPERTY',
  'CASUALTY',
  'VARIABLE',
  'PERSONAL_LINES',
] as const;
export type LineOfAuthority = (typeof linesOfAuthority)[number];

export const poolStrategies = ['AUCTION', 'WEIGHTED', 'ROUND_ROBIN'] as const;
export type PoolStrategy = (typeof poolStrategies)[number];

export const capPeriods = ['HOUR', 'DAY', 'WEEK', 'MONTH'] as const;
export type CapPeriod = (typeof capPeriods)[number];

export const agentStatuses = ['PENDING', 'ACTIVE', 'PAUSED', 'SUSPENDED'] as const;
export type AgentStatus = (typeof agentStatuses)[number];

export const availabilities = ['AVAILABLE', 'AWAY'] as const;
export type Availability = (typeof availabilities)[number];

export const licenseStatuses = ['ACTIVE', 'PENDING', 'SUSPENDED', 'REVOKED'] as const;
export type LicenseStatus = (typeof licenseStatuses)[number];

export const campaignStatuses = ['ACTIVE', 'PAUSED', 'ARCHIVED'] as const;
export type CampaignStatus = (typeof campaignStatuses)[number];
