import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { type Problem, problem } from './problem.js';

/** The United States and the territories whose ZIP codes the US Postal Service serves. */
const US_REGIONS = new Set(['US', 'PR', 'GU', 'VI', 'AS', 'MP']);

/** 555-0100 to 555-0199 of any area code are set aside for fiction (NANPA). */
const FICTIONAL = /^[2-9]\d{2}55501\d{2}$/;

const TOLL_FREE = /^8(?:00|22|33|44|55|66|77|88)\d{7}$/;

/** A checked phone number; `mobile` is null where numbering does not tell, as in most of the United States. */
export interface Phone {
  e164: string;
  mobile: boolean | null;
}

/**
 * Checks a phone number as it was typed; a number without a country code is read as one of the United States. Fictional numbers pass
 * for test leads only.
 */
export function checkPhone(typed: string, options: { isTest: boolean; field: string }): Phone | Problem {
  const { field, isTest } = options;
  const parsed = parsePhoneNumberFromString(typed, { defaultCountry: 'US', extract: false });
  if (!parsed) return problem('PHONE_INVALID', field);
  const national = String(parsed.nationalNumber);
  if (parsed.countryCallingCode !== '1') return problem('PHONE_NOT_US', field);
  if (TOLL_FREE.test(national)) return problem('PHONE_TOLL_FREE', field);
  if (parsed.country !== undefined && !US_REGIONS.has(parsed.country)) return problem('PHONE_NOT_US', field);
  if (FICTIONAL.test(national)) {
    return isTest ? { e164: parsed.number, mobile: null } : problem('PHONE_FICTIONAL', field);
  }
  if (!parsed.isValid()) return problem('PHONE_INVALID', field);
  switch (parsed.getType()) {
    case 'MOBILE':
      return { e164: parsed.number, mobile: true };
    case 'FIXED_LINE':
    case 'VOIP':
      return { e164: parsed.number, mobile: false };
    case 'FIXED_LINE_OR_MOBILE':
      return { e164: parsed.number, mobile: null };
    default: // premium rate, pagers, personal numbers
      return problem('PHONE_INVALID', field);
  }
}
