/** The codes that payments adds to the kit's, each with what it means to a caller. */
export const paymentsErrorCodes = {
  LEAD_NOT_READY:
    'Payments has not seen this lead yet: repeat in a moment, or check the id; the two cannot be told apart.',
  LEAD_WITHDRAWN: 'The lead’s consent was revoked; nothing is sold of it any more.',
  WALLET_NOT_READY:
    'There is no wallet for this agent yet: repeat in a moment, or check the id; the two cannot be told apart.',
  INSUFFICIENT_FUNDS: 'The wallet’s available amount would fall below zero.',
  CREDIT_LIMIT_TOO_LOW: 'With this limit the wallet’s available amount would fall below zero.',
  AMOUNT_INVALID: 'An amount is a whole number of cents within the limits that the message names.',
  BATCH_TOO_LARGE: 'More items than a batch may hold.',
  ENTRY_NOT_REVERSIBLE: 'Only credits can be reversed here, and each once.',
} as const;

export type PaymentsErrorCode = keyof typeof paymentsErrorCodes;
