import type { Line } from '@leadgraph/schema';
import type { QualificationInput } from '../facts/qualificationInput.js';
import type { Reason } from './verdict.js';

/** Points at most, by component; together 100 (domain reference, "ai"). */
export const componentLimits = {
  CONTACTABILITY: 25,
  INTENT: 25,
  COMPLETENESS: 20,
  PRODUCT_FIT: 20,
  SOURCE_RECORD: 10,
} as const;

/** 15 for a phone that can be called, 2 more for a mobile, 5 for an email, 1 for each open channel. */
export function contactability({ phone, email, openChannels }: QualificationInput): Reason {
  const callable = phone.valid && openChannels.includes('PHONE');
  let weight = openChannels.length;
  if (phone.valid) weight += callable ? 15 : 6;
  if (phone.valid && phone.mobile === true) weight += 2;
  if (email.valid) weight += 5;
  const text = callable
    ? `The phone number is valid${phone.mobile ? ', a mobile,' : ''} and may be called.`
    : phone.valid
      ? 'The phone number is valid, but calls were not agreed to.'
      : email.valid
        ? 'There is no valid phone number; email is the only way.'
        : 'Neither a phone number nor an email address can be used.';
  return { code: 'CONTACTABILITY', weight: Math.min(weight, componentLimits.CONTACTABILITY), text };
}

const eager =
  /\b(?:asap|urgent(?:ly)?|today|tonight|tomorrow|right away|immediately|this week|as soon as possible|ready to (?:buy|switch|sign|start)|need (?:a |an )?(?:quote|cover(?:age)?|policy|insurance)|want to switch|cancel(?:l?ed|ling) my|just (?:bought|purchased|moved)|closing (?:on|date)|renew(?:al|s|ing)?)\b/i;
const reluctant =
  /\b(?:just (?:looking|browsing|curious)|not interested|next year|no hurry|no rush|maybe later|only comparing|do not call|don't call|stop calling|wrong number|by mistake|did not (?:ask|request)|didn't (?:ask|request))\b/i;

/** Up to 15 for the end of the present cover (or the event that opens enrolment), up to 10 for what the person says. */
export function intent(input: QualificationInput): Reason {
  const [timing, timingText] = timingOf(input);
  const said = input.notes ?? '';
  const voice = reluctant.test(said) ? 0 : eager.test(said) ? 10 : 4;
  const voiceText =
    voice === 10 ? ' The person writes of wanting it soon.' : voice === 0 ? ' The person sounds reluctant.' : '';
  return { code: 'INTENT', weight: timing + voice, text: `${timingText}${voiceText}` };
}

function timingOf({ daysToExpiry: days, details, line }: QualificationInput): [number, string] {
  if (days !== null) {
    if (days < -60) return [5, 'The present cover ended long ago.'];
    if (days < 0) return [12, 'The present cover has ended.'];
    if (days <= 14) return [15, `The present cover ends in ${days} days.`];
    if (days <= 30) return [13, `The present cover ends in ${days} days.`];
    if (days <= 60) return [9, `The present cover ends in ${days} days.`];
    if (days <= 120) return [5, `The present cover ends in ${days} days.`];
    return [2, 'The present cover lasts for months.'];
  }
  if (line === 'HEALTH' && details.qualifyingEvent !== undefined && details.qualifyingEvent !== 'NONE') {
    return [15, 'A qualifying event opens the enrolment.'];
  }
  return [7, 'It is not known when cover is needed.'];
}

/** 20, less 4 for each field that is missing. */
export function completeness({ missingFields }: QualificationInput): Reason {
  const weight = Math.max(0, componentLimits.COMPLETENESS - 4 * missingFields.length);
  const text = missingFields.length === 0 ? 'Nothing is missing.' : `Missing: ${missingFields.join(', ')}.`;
  return { code: 'COMPLETENESS', weight, text };
}

/** How many of the details a quote of the line begins with. */
const wantedDetails: Readonly<Record<Line, number>> = {
  AUTO: 2,
  HOME: 2,
  RENTERS: 1,
  LIFE: 2,
  HEALTH: 1,
  MEDICARE: 1,
  COMMERCIAL: 1,
};

/** 12 for the details that a quote of the line needs, 8 for whether the product suits at all. */
export function productFit(input: QualificationInput): Reason {
  const known = Object.keys(input.details).length;
  const described = Math.min(1, known / wantedDetails[input.line]);
  const [suits, text] = suitability(input);
  return { code: 'PRODUCT_FIT', weight: Math.round(12 * described + suits), text };
}

function suitability({ line, medicareAge, currentlyInsured, streetPresent }: QualificationInput): [number, string] {
  if (line === 'MEDICARE') {
    if (medicareAge === false) return [0, 'Too young for Medicare.'];
    return medicareAge ? [8, 'Of the age for Medicare.'] : [4, 'The age for Medicare is not known.'];
  }
  if (line === 'HOME' || line === 'RENTERS') {
    return streetPresent ? [8, 'The home is known.'] : [3, 'The home is not known.'];
  }
  if (line === 'AUTO') {
    return currentlyInsured
      ? [8, 'Insured today, so a comparison is possible.']
      : [5, 'Not known to be insured today.'];
  }
  return [7, 'The product suits what is known.'];
}

/** A tenth of the source's share of good leads, in points; 5 while it is not known. */
export function sourceRecord({ sourceQuality }: QualificationInput): Reason {
  if (sourceQuality === null)
    return { code: 'SOURCE_RECORD', weight: 5, text: 'The source has too few earlier leads.' };
  const percent = Math.round(sourceQuality * 100);
  return {
    code: 'SOURCE_RECORD',
    weight: Math.round(sourceQuality * 10),
    text: `${percent} % of the source's leads went well.`,
  };
}

const instructions =
  /\b(?:ignore (?:all |any )?(?:the )?(?:previous|prior|above)|disregard (?:all |the )?(?:previous|above|instructions?)|system prompt|you are now|as an ai|(?:set|give|assign|return|output)\b.{0,20}\b(?:score|tier|100)|jailbreak|developer mode)\b/i;
const gibberish = /(?:\b(?:asdf|qwerty|lorem ipsum|test test|xxx+)\b|(.)\1{6,})/i;

/** What looks like a fake: a penalty of 10 for each sign, 25 for text that talks to a model. */
export function fraudSignals({ notes, phone, email }: QualificationInput): Reason[] {
  const signals: Reason[] = [];
  const sign = (weight: number, text: string) => signals.push({ code: 'FRAUD_SIGNAL', weight, text });
  if (notes && instructions.test(notes)) sign(-25, 'The free text tries to give instructions.');
  if (notes && gibberish.test(notes)) sign(-10, 'The free text means nothing.');
  if (notes?.includes('[URL]')) sign(-10, 'The free text has a link.');
  if (phone.present && !phone.valid && email.present && !email.valid) {
    sign(-10, 'Both the phone number and the email address are made up.');
  }
  return signals;
}
