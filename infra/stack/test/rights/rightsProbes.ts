import { person, personal } from './rightsScene.ts';

const lead = (selection: string) => `lead(id: $lead) { id ${selection} }`;
const commercial = (selection: string) =>
  `lead(id: $commercial) { id details { ... on CommercialDetails { ${selection} } } }`;
const details = (type: string, selection: string) => lead(`details { ... on ${type} { ${selection} } }`);
const submit = (selection: string) =>
  `mutation createLead(input: { sourceId: $source, externalId: "scene-auto", line: AUTO, contact: {}, address: { state: "TX", zip: "78701" }, details: {} }) { ${selection} }`;
const agent = (selection: string) => `agent(id: $agent) { id ${selection} }`;
const change = (selection: string) => lead(`timeline(first: 1) { edges { node { ${selection} } } }`);

/** Reads each type and field of the table in schema/rights.md that is no root field; every row needs one. The variables are those of the scene. */
export const fieldProbes: Readonly<Record<string, string>> = {
  // types
  Address: lead('address { city }'),
  AutoDetails: details('AutoDetails', 'incidents'),
  CommercialDetails: details('CommercialDetails', 'industry'),
  CreateLeadPayload: submit('replayed'),
  Driver: details('AutoDetails', 'drivers { age }'),
  HealthDetails: details('HealthDetails', 'tobacco'),
  HomeDetails: details('HomeDetails', 'claims'),
  LifeDetails: details('LifeDetails', 'tobacco'),
  MedicareDetails: details('MedicareDetails', 'partA'),
  RentersDetails: details('RentersDetails', 'claims'),
  RoutingReasonCount: lead('routing { rounds { reasons { reason } } }'),
  RoutingRound: lead('routing { rounds { round } }'),
  RoutingTraceEntry: lead('routing { rounds { trace { outcome } } }'),
  Vehicle: details('AutoDetails', 'vehicles { year }'),
  AccountTotal: 'trialBalance { accounts { kind } }',
  Agency: agent('agency { id }'),
  Agent: agent('name'),
  AgentLicense: agent('licenses { id }'),
  Assignment: agent('assignments { id }'),
  Campaign: 'campaign(id: $campaign) { id name }',
  Charge: 'charge(id: $charge) { id priceCents }',
  Consent: lead('consent { text }'),
  Contact: lead('contact { masked }'),
  Hold: 'offer(id: $offer) { hold { id } }',
  JournalEntry: 'journalEntry(id: $entry) { id }',
  Lead: lead('status'),
  LeadBuyer: lead('buyers { offerId }'),
  // Agents have no timeline, but hear of the leads that they bought.
  LeadEvent: 'subscription leadChanged(id: $lead) { change { type } }',
  LeadEventActor: 'subscription leadChanged(id: $lead) { change { actor { kind } } }',
  LeadRouting: lead('routing { round }'),
  Notification: agent('notifications { id }'),
  Offer: 'offer(id: $offer) { id status }',
  OfferWindow: 'offerWindow { seconds }',
  Pool: 'pools { line }',
  Posting: 'journalEntry(id: $entry) { postings { amountCents } }',
  Qualification: lead('qualification { score }'),
  QualificationBudget: 'qualificationBudget { day }',
  QualificationJob: 'qualificationJob(id: $job) { id status }',
  Quote: 'quote(id: $quote) { id priceCents }',
  Source: lead('source { name }'),
  SourcePricing: lead('source { pricing { type } }'),
  Suppression: 'mutation suppress(input: { phone: "x", channels: [PHONE], reason: "x" }) { id }',
  TokenUsage: lead('qualification { tokens { total } }'),
  TrialBalance: 'trialBalance { balanced }',
  Wallet: 'wallet(agentId: $agent) { id balanceCents }',
  WalletEntry: 'wallet(agentId: $agent) { entries(first: 1) { edges { node { amountCents } } } }',
  // persons
  'Contact.firstName': lead('contact { firstName }'),
  'Contact.lastName': lead('contact { lastName }'),
  'Contact.email': lead('contact { email }'),
  'Contact.phone': lead('contact { phone }'),
  'Contact.dateOfBirth': lead('contact { dateOfBirth }'),
  'Address.street': lead('address { street }'),
  'Vehicle.vin': lead('details { ... on AutoDetails { vehicles { vin } } }'),
  'CommercialDetails.businessName': commercial('businessName'),
  'CommercialDetails.description': commercial('description'),
  'Lead.notes': lead('notes'),
  'Consent.pageUrl': lead('consent { pageUrl }'),
  'Consent.ip': lead('consent { ip }'),
  'Consent.userAgent': lead('consent { userAgent }'),
  // agents and their business
  'Agent.assignments': agent('assignments { id }'),
  'Agent.campaigns': agent('campaigns { id bidCents }'),
  'Agent.email': agent('email'),
  'Agent.licenses': agent('licenses { number }'),
  'Agent.notifications': agent('notifications { template }'),
  'Agent.offers': agent('offers { id priceCents }'),
  'Agent.phone': agent('phone'),
  'Agent.wallet': agent('wallet { id balanceCents }'),
  'Lead.buyers': lead('buyers { offerId agent { id } }'),
  'Lead.offers': lead('offers { id agent { id } }'),
  'Lead.routing': lead('routing { state }'),
  'Offer.charge': 'offer(id: $offer) { id charge { id } }',
  'Offer.hold': 'offer(id: $offer) { id hold { id } }',
  'RoutingRound.exclusiveCents': lead('routing { rounds { exclusiveCents } }'),
  'RoutingRound.sharedCents': lead('routing { rounds { sharedCents } }'),
  'RoutingRound.trace': lead('routing { rounds { trace { bidCents agent { id } } } }'),
  'Wallet.entries': 'wallet(agentId: $agent) { id entries(first: 1) { edges { node { description } } } }',
  // what else a lead tells
  'CreateLeadPayload.duplicateOf': submit('duplicateOf { id }'),
  'Lead.duplicateOf': lead('duplicateOf { id }'),
  'Lead.household': lead('household { id }'),
  'Lead.quotes': lead('quotes { priceCents }'),
  'Lead.timeline': lead('timeline(first: 1) { edges { node { type } } }'),
  'LeadEvent.data': change('data'),
  'LeadEvent.reason': change('reason'),
  'LeadEventActor.sub': change('actor { sub }'),
  'Qualification.costMicros': lead('qualification { costMicros }'),
  'Qualification.inputHash': lead('qualification { inputHash }'),
  'Qualification.tokens': lead('qualification { tokens { total } }'),
  'Source.dailyCap': lead('source { dailyCap }'),
  'Source.partner': lead('source { partner }'),
  'Source.pricing': lead('source { pricing { cents } }'),
};

/** What root fields that are "own" to a kind are asked for by somebody else of it. Those of subscriptions are listened to instead. */
export const ownRootProbes: Readonly<Record<string, string>> = {
  'Query.agent': agent('email'),
  'Query.campaign': 'campaign(id: $campaign) { id bidCents agent { id } }',
  'Query.campaigns': 'campaigns(first: 100, filter: { agentId: $agent }) { edges { node { id agent { id } } } }',
  'Query.charge': 'charge(id: $charge) { id priceCents agent { id } }',
  'Query.lead': lead('externalId'),
  'Query.leads': 'leads(first: 100) { edges { node { id externalId } } }',
  'Query.offer': 'offer(id: $offer) { id agent { id } }',
  'Query.offers': 'offers(first: 100, filter: { leadId: $lead }) { edges { node { id agent { id } } } }',
  'Query.qualificationJob': 'qualificationJob(id: $job) { id leadId }',
  'Query.quote': 'quote(id: $quote) { id priceCents lead { id } }',
  'Query.sources': 'sources(first: 100) { edges { node { id partner } } }',
  'Query.wallet': 'wallet(agentId: $agent) { id balanceCents }',
  'Mutation.acceptOffer': 'mutation acceptOffer(offerId: $offer) { id priceCents }',
  'Mutation.rejectOffer': 'mutation rejectOffer(offerId: $offer) { id priceCents }',
  'Mutation.updateAssignment': 'mutation updateAssignment(id: $assignment, status: CONTACTED) { id }',
  'Mutation.createLead': submit('lead { id }'),
  'Mutation.revokeConsent': 'mutation revokeConsent(leadId: $lead, reason: "x") { id }',
  'Mutation.quoteLead': 'mutation quoteLead(input: { leadId: $lead, mode: SHARED, idempotencyKey: "rights" }) { id }',
  'Mutation.qualifyLead': 'mutation qualifyLead(input: { leadId: $lead }) { id leadId }',
};

/** What stands in the open for whoever may have it, by row. */
export const openValues: Readonly<Record<string, string>> = {
  'Contact.firstName': person.firstName,
  'Contact.lastName': person.lastName,
  'Contact.email': person.email,
  'Contact.phone': person.phone,
  'Contact.dateOfBirth': person.dateOfBirth,
  'Address.street': personal.street,
  'Vehicle.vin': personal.vin,
  'CommercialDetails.businessName': personal.businessName,
  'CommercialDetails.description': personal.businessName,
  'Lead.notes': person.firstName,
  'Consent.pageUrl': personal.query,
  'Consent.ip': personal.ip,
  'Consent.userAgent': personal.userAgent,
};

/** A probe as an operation, with the variables that it uses: all are ids. */
export function probeOperation(probe: string, variables: Readonly<Record<string, string>>) {
  const [, type = 'query', selection = ''] = /^(?:(mutation|subscription) )?(.*)$/s.exec(probe) ?? [];
  const names = [...new Set([...selection.matchAll(/\$(\w+)/g)].map(([, name = '']) => name))];
  const declared = names.map((name) => `$${name}: ID!`).join(', ');
  return {
    query: `${type}${declared && ` (${declared})`} { ${selection} }`,
    variables: Object.fromEntries(names.map((name) => [name, variables[name]])),
  };
}
