import { protectedTerms } from './protectedTerms.js';

/** A kind of personal data in free text, and what stands in its place afterwards. Order matters: the more specific come first. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/[^\s@<>"(),;:]+@[^\s@<>"(),;:]+\.\p{L}{2,}/gu, '[EMAIL]'],
  [/\b[\w.+-]+(?:\s+at\s+|\s*\[at\]\s*)[\w-]+(?:(?:\.|\s+dot\s+)[\w-]+)+\b/gi, '[EMAIL]'],
  [/\b(?:https?:\/\/|www\.)\S+/gi, '[URL]'],
  // A VIN has 17 characters without I, O and Q; at least one digit keeps long words out.
  [/\b(?=[A-Z0-9]*\d)[A-HJ-NPR-Z0-9]{17}\b/gi, '[VIN]'],
  [/\b\d{3}[-\s.]\d{2}[-\s.]\d{4}\b/g, '[SSN]'],
  [/\b(?:ssn|social security(?: number)?)\W{0,3}\d{9}\b/gi, '[SSN]'],
  [/\b(?:\d[ -]?){13,19}\b/g, '[CARD]'],
  [/(?<![\w-])(?:\+?1[-\s.]?)?\(?\d{3}\)?[-\s.]{0,2}\d{3}[-\s.]?\d{4}(?!\w)/g, '[PHONE]'],
  [/(?<![\w,])\d{7,}(?!\w)/g, '[NUMBER]'],
  [/\b(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})\b/g, '[DATE]'],
  [
    /\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?\s+\d{1,2}(?:st|nd|rd|th)?,?(?:\s+\d{4})?\b/gi,
    '[DATE]',
  ],
  [
    /\b\d{1,6}\s+(?:[nsew]\.?\s+)?(?:[\w'.-]+\s+){1,4}(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|circle|cir|way|place|pl|terrace|ter|parkway|pkwy|highway|hwy|trail|trl)\b\.?(?:\s*,?\s*(?:apt|apartment|unit|suite|ste|#)\.?\s*[\w-]+)?/gi,
    '[STREET]',
  ],
  [/\bp\.?\s?o\.?\s+box\s+\d+\b/gi, '[STREET]'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, '[IP]'],
  [/\b\d{5}(?:-\d{4})?\b/g, '[ZIP]'],
  [/\b(?:i am|i'm|im|aged?|turn(?:ed|ing)?)\s+\d{2,3}(?:\s+years?(?:\s+old)?)?\b/gi, '[AGE]'],
  [/\b\d{2,3}[\s-](?:years?[\s-]old|yo|y\/o)\b/gi, '[AGE]'],
];

/** Names are found by what introduces them: capitalised words after such a phrase are taken for one. Leads has removed those it knew. */
const introduction =
  /\b(my name is|name's|name:|this is|i am|i'm|ask for|speak to|speak with|call me|regards,?|sincerely,?|thanks,?|signed,?)((?:\s+(?:\[\w+\]|[\p{L}'.-]+)){1,3})/giu;
const title = /\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Rev)\.?\s+\p{Lu}[\p{L}'-]+(?:\s+\p{Lu}[\p{L}'-]+)?/gu;
const capitalised = /^\p{Lu}[\p{L}'.-]*$/u;

/**
 * Takes personal data and protected attributes out of free text: each find becomes a placeholder that says what stood there. The text of leads
 * arrives redacted already; this is the second look, for it is what leaves the platform (domain reference, "ai").
 * White space is made single, and the result has at most `limit` characters.
 */
export function redactText(text: string, limit = 1_000): string {
  // Invisible characters and odd dashes and spaces must not hide anything from the patterns.
  let redacted = text
    .slice(0, limit * 4)
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/\p{Pd}/gu, '-')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ');
  for (const [pattern, placeholder] of patterns) redacted = redacted.replaceAll(pattern, placeholder);
  redacted = redacted.replaceAll(title, '[NAME]');
  // Before the introduced names: "I'm Black" and "I'm white" have to end as the same text.
  for (const { pattern, placeholder } of protectedTerms) redacted = redacted.replaceAll(pattern, placeholder);
  redacted = redacted.replaceAll(
    introduction,
    (_match, phrase: string, following: string) => phrase + hideName(following),
  );
  return redacted.trim().slice(0, limit).trimEnd();
}

/** Replaces the capitalised words that the text begins with; stops at the first other word. */
function hideName(words: string): string {
  let within = true;
  const kept: string[] = [];
  for (const word of words.trim().split(' ')) {
    within &&= word.startsWith('[') || capitalised.test(word);
    const hidden = within && !word.startsWith('[') ? '[NAME]' : word;
    if (hidden !== '[NAME]' || kept.at(-1) !== '[NAME]') kept.push(hidden);
  }
  return ` ${kept.join(' ')}`;
}
