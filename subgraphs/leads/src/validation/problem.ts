/**
 * The validation codes of the domain reference ("leads", Validation codes), each with the sentence that tells the submitter what to do.
 * Sentences never repeat a submitted value: they are stored with the rejected lead, which keeps no contact.
 */
export const problemSentences = {
  PHONE_INVALID: 'Give a phone number that exists, with its area code, e.g. +1 312 867 5309.',
  PHONE_NOT_US: 'Give a phone number of the United States or its territories.',
  PHONE_TOLL_FREE: "Give the person's own phone number, not a toll-free one.",
  PHONE_FICTIONAL: 'Numbers 555-0100 to 555-0199 are for fiction: give a real one, or mark the lead with isTest.',
  EMAIL_INVALID: 'Give an email address of the form name@domain.example.',
  EMAIL_DISPOSABLE: 'Give a lasting email address; the domain of this one hands out addresses to throw away.',
  ZIP_UNKNOWN: 'Give a ZIP code of five digits that the US Postal Service delivers to.',
  ZIP_STATE_MISMATCH: 'Give the two-letter code of the state in which the ZIP code lies.',
  AGE_UNDER_18: 'Only people who are 18 or older can be submitted; check the date of birth.',
  VIN_INVALID:
    'Give the VIN as it stands on the vehicle: 17 characters without I, O and Q, whose 9th is the check digit; or leave it out.',
  DETAILS_LINE_MISMATCH: 'Give exactly one member of details, the one that belongs to the line.',
  CONSENT_MISSING:
    'Give the consent that the person gave: its text, when and where, at least one channel, and to whom.',
  CONSENT_CERTIFICATE_INVALID:
    'Give the certificate of the consent: a URL that begins with https://cert.trustedform.com/ or a Jornaya token of 36 characters.',
} as const;

export type ProblemCode = keyof typeof problemSentences;

export const problemCodes = Object.keys(problemSentences) as ProblemCode[];

/** One thing that is wrong with a submission. */
export interface Problem {
  code: ProblemCode;
  /** The path in the input, e.g. `contact.phone` or `details.auto.vehicles.0.vin`. */
  field: string;
  /** What to do about it. */
  message: string;
}

/** Makes a problem; `message` replaces the code's general sentence where more can be said. */
export function problem(code: ProblemCode, field: string, message: string = problemSentences[code]): Problem {
  return { code, field, message };
}
