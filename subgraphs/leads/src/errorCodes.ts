/** The codes that leads adds to the kit's, each with what it means to a caller. What is wrong with a lead itself stands in validation/problem.ts. */
export const leadsErrorCodes = {
  SOURCE_DAILY_CAP_REACHED: 'The source has delivered as many leads as it may on this day (UTC); repeat tomorrow.',
} as const;
