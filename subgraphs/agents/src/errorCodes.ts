/** The codes that agents adds to the kit's, each with what it means to a caller. */
export const agentsErrorCodes = {
  OFFER_NOT_FOUND: 'There is no offer with this id among the caller’s own.',
  OFFER_EXPIRED: 'The time to accept the offer is over.',
  OFFER_TAKEN: 'Other agents took the lead’s places first.',
  OFFER_NOT_OPEN: 'The offer is in a status in which this cannot be done; details name the status.',
  ASSIGNMENT_NOT_FOUND: 'There is no assignment with this id among the caller’s own.',
  ASSIGNMENT_STEP_INVALID: 'An assignment cannot go from its status to the one asked for.',
  AGENCY_EXISTS: 'An agency with this legal name exists; details name its id.',
  AGENT_EXISTS: 'An agent with this NPN exists.',
  BATCH_TOO_LARGE: 'More items than a batch may hold.',
} as const;

export type AgentsErrorCode = keyof typeof agentsErrorCodes;
