/** What is known of the person, so that it is found in free text however it stands there. */
export interface KnownFacts {
  names?: readonly (string | null)[];
  street?: string | null;
}

/** In this order: what holds digits of another kind has to be taken out before plain numbers are. */
const PATTERNS: readonly [RegExp, string][] = [
  [/\bhttps?:\/\/\S+|\bwww\.\S+/gi, '[link]'],
  [/[^\s@<>"'(),;:]+@[^\s@<>"'(),;:]+\.[\p{L}]{2,}/gu, '[email]'],
  [/\b[A-HJ-NPR-Z0-9]{17}\b/gi, '[vin]'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}\b/g, '[ip]'],
  [/(?<![\da-f:])(?:[\da-f]{1,4}:){3,7}[\da-f]{0,4}(?![\da-f:])/gi, '[ip]'],
  [/\b\d{3}-\d{2}-\d{4}\b/g, '[number]'],
  [/\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})\b/g, '[date]'],
  [/\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}\b/gi, '[date]'],
  [
    /\b\d{1,6}\s+(?:[\p{L}\d.'-]+\s+){0,4}(?:street|st|avenue|ave|road|rd|drive|dr|boulevard|blvd|lane|ln|court|ct|way|place|pl|terrace|ter|circle|cir|highway|hwy|parkway|pkwy)\b\.?/giu,
    '[address]',
  ],
  [/\bp\.?\s?o\.?\s?box\s+\d+/gi, '[address]'],
  // Seven digits or more with whatever people put between them: phone numbers, cards, social security numbers.
  [/(?<![\d,])\+?\(?\d(?:[\s().\-–/]{0,3}\d){6,}(?!,?\d)/g, '[number]'],
];

/**
 * Takes out of free text what tells who the person is: addresses of every kind, numbers of seven digits or more, dates with a
 * year, VINs, and the person's own names and street. What is left still says what the text is about.
 */
export function redact(text: string, known: KnownFacts = {}): string {
  let redacted = text.normalize('NFC');
  if (known.street) redacted = replaceWords(redacted, known.street, '[address]');
  for (const [pattern, label] of PATTERNS) redacted = redacted.replace(pattern, label);
  for (const name of known.names ?? []) {
    for (const part of new Set([name ?? '', ...(name ?? '').split(/[\s-]+/)])) {
      if ([...part].length >= 2) redacted = replaceWords(redacted, part, '[name]');
    }
  }
  return redacted;
}

const WORD_CHARACTER = /[\p{L}\p{N}]/u;

/**
 * Replaces words where they stand by themselves. Whether they do is looked at for each match: as part of the pattern, classes of all letters
 * made it a hundred times as slow to compile as to run.
 */
function replaceWords(text: string, words: string, label: string): string {
  const pattern = words
    .normalize('NFC')
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('\\s+');
  return text.replace(new RegExp(pattern, 'giu'), (match: string, offset: number) => {
    const before = [...text.slice(Math.max(0, offset - 2), offset)].at(-1) ?? '';
    const [after = ''] = text.slice(offset + match.length, offset + match.length + 2);
    return WORD_CHARACTER.test(before) || WORD_CHARACTER.test(after) ? match : label;
  });
}
