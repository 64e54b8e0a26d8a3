import { registerEnumType } from 'type-graphql';
import { assignmentStatuses } from '../offers/assignmentStatus.js';
import { cancelReasons, offerStatuses, settlements } from '../offers/offerStatus.js';
import { filterOperators } from '../routing/campaignFilter.js';
import { routingStates } from '../routing/routingState.js';
import {
  agentStatuses,
  availabilities,
  campaignStatuses,
  capPeriods,
  filterReasons,
  gateReasons,
  licenseStatuses,
  lines,
  linesOfAuthority,
  poolStrategies,
  saleModes,
} from '../routing/vocabulary.js';

/** Makes a GraphQL enum of a list of words that the code has as a union of strings. */
function enumOf<const V extends string>(name: string, values: readonly V[], description?: string): { [K in V]: K } {
  const members = Object.fromEntries(values.map((value) => [value, value])) as { [K in V]: K };
  registerEnumType(members, { name, ...(description !== undefined && { description }) });
  return members;
}

export const LineEnum = enumOf('Line', lines);
export const LineOfAuthorityEnum = enumOf('LineOfAuthority', linesOfAuthority);
export const SaleModeEnum = enumOf('SaleMode', saleModes, 'Sold to one agent only, or to several.');
export const AgentStatusEnum = enumOf('AgentStatus', agentStatuses, 'Only ACTIVE agents get offers.');
export const AvailabilityEnum = enumOf('AgentAvailability', availabilities, 'AWAY: no new offers for now.');
export const LicenseStatusEnum = enumOf('AgentLicenseStatus', licenseStatuses);
export const CampaignStatusEnum = enumOf('CampaignStatus', campaignStatuses);
export const CapPeriodEnum = enumOf(
  'CapPeriod',
  capPeriods,
  "A period of the agent's local time; weeks begin on Monday.",
);
export const FilterOperatorEnum = enumOf('CampaignFilterOperator', filterOperators);
export const PoolStrategyEnum = enumOf(
  'PoolStrategy',
  poolStrategies,
  'AUCTION: the winner pays its own bid. WEIGHTED: in proportion to the campaigns’ weights. ROUND_ROBIN: in turn.',
);
export const OfferStatusEnum = enumOf('OfferStatus', offerStatuses);
export const CancelReasonEnum = enumOf('OfferCancelReason', cancelReasons);
export const SettlementEnum = enumOf(
  'OfferSettlement',
  settlements,
  'How far the sale of an accepted offer is: SETTLED once the lead is paid for and its contact visible.',
);
export const AssignmentStatusEnum = enumOf('AssignmentStatus', assignmentStatuses);
export const RoutingStateEnum = enumOf('RoutingState', routingStates);
export const RoutingReasonEnum = enumOf(
  'RoutingReason',
  [...gateReasons, ...filterReasons, 'OTHER_MODE', 'OUTRANKED', 'ROUND_LIMIT'],
  'Why a lead or a campaign of it was left out; a campaign’s is the first that applies.',
);
export const TraceOutcomeEnum = enumOf('RoutingOutcome', ['CHOSEN', 'PASSED_OVER', 'FILTERED']);
export const NotificationChannelEnum = enumOf('NotificationChannel', ['EMAIL', 'SMS']);
export const NotificationStatusEnum = enumOf('NotificationStatus', ['QUEUED', 'SENT', 'DELIVERED', 'FAILED', 'DEAD']);
