import { type AgeBand, ConsentScope, ContactChannel, Line, Tier } from '@leadgraph/schema';
import { registerEnumType } from 'type-graphql';
import {
  commercialCoverages,
  licenseStatuses,
  lifeProducts,
  medicareProducts,
  propertyTypes,
  qualifyingEvents,
  vehicleOwnerships,
} from '../details/detailsSchema.js';
import { certificateTypes } from '../intake/submission.js';
import { leadStatuses } from '../lifecycle/leadStatus.js';
import { reviewDecisions } from '../review/reviewLead.js';
import { leadEventTypes } from '../store/leadEventTable.js';
import { pricingTypes } from '../store/sourceTable.js';
import { problemCodes } from '../validation/problem.js';

/** Makes a GraphQL enum of a list of words that the code has as a union of strings. */
function enumOf<T extends string>(name: string, words: readonly T[], description?: string): Record<T, T> {
  const members = Object.fromEntries(words.map((word) => [word, word])) as Record<T, T>;
  registerEnumType(members, { name, ...(description && { description }) });
  return members;
}

export const LineEnum = enumOf('Line', Line.options);
export const TierEnum = enumOf('Tier', Tier.options, 'HOT from 80 points, WARM from 60, COOL from 40, else COLD.');
export const LeadStatusEnum = enumOf('LeadStatus', leadStatuses);
export const LeadEventTypeEnum = enumOf('LeadEventType', leadEventTypes);
export const ProblemCodeEnum = enumOf('LeadProblemCode', problemCodes);
export const ContactChannelEnum = enumOf('ContactChannel', ContactChannel.options);
export const ConsentScopeEnum = enumOf('ConsentScope', ConsentScope.options);
export const CertificateTypeEnum = enumOf('ConsentCertificateType', certificateTypes);
export const PricingTypeEnum = enumOf('SourcePricingType', pricingTypes);
export const ReviewDecisionEnum = enumOf('LeadReviewDecision', reviewDecisions);
export const LicenseStatusEnum = enumOf('DriverLicenseStatus', licenseStatuses);
export const VehicleOwnershipEnum = enumOf('VehicleOwnership', vehicleOwnerships);
export const PropertyTypeEnum = enumOf('PropertyType', propertyTypes);
export const LifeProductEnum = enumOf('LifeProduct', lifeProducts);
export const QualifyingEventEnum = enumOf('QualifyingEvent', qualifyingEvents);
export const MedicareProductEnum = enumOf('MedicareProduct', medicareProducts);
export const CommercialCoverageEnum = enumOf('CommercialCoverage', commercialCoverages);
export const LeadSortFieldEnum = enumOf('LeadSortField', ['RECEIVED_AT', 'SCORE'] as const);

/** An age band's name in GraphQL, where names cannot begin with a digit. */
export const ageBandNames: Readonly<Record<AgeBand, string>> = {
  UNKNOWN: 'UNKNOWN',
  UNDER_18: 'UNDER_18',
  '18_24': 'FROM_18_TO_24',
  '25_34': 'FROM_25_TO_34',
  '35_44': 'FROM_35_TO_44',
  '45_54': 'FROM_45_TO_54',
  '55_64': 'FROM_55_TO_64',
  '65_PLUS': 'FROM_65',
};
export const AgeBandEnum = enumOf('AgeBand', Object.values(ageBandNames));
