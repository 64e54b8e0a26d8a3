export {
  ContractViolation,
  type EventMessage,
  type EventPayload,
  type EventType,
  eventContracts,
  isEventType,
  parseMessage,
  SCHEMA_VERSION,
  subjectOf,
} from './contracts.js';
export { LeadFacts, LeadOutline } from './leads.js';
export { type Actor, ActorSchema, type EntityRef, EntityRefSchema, MessageSchema } from './message.js';
export {
  AgeBand,
  Cents,
  ConsentScope,
  ContactChannel,
  Line,
  QualificationDecision,
  QualificationEngine,
  SaleMode,
  Tier,
} from './vocabulary.js';
