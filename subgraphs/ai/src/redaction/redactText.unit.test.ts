import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { protectedExamples } from './protectedTerms.js';
import { redactText } from './redactText.js';

describe('redactText', () => {
  it.each([
    ['write to jane.doe+x@mail.example.com please', 'write to [EMAIL] please'],
    ['jane at example dot com', '[EMAIL]'],
    ['call (208) 555-0147 or 208.555.0148', 'call [PHONE] or [PHONE]'],
    ['+1 208 555 0147 after five', '[PHONE] after five'],
    ['2085550147', '[PHONE]'],
    ['SSN 900-12-3456', 'SSN [SSN]'],
    ['my social security number is 900123456', 'my social security number is [NUMBER]'],
    ['card 4111 1111 1111 1111', 'card [CARD]'],
    ['vin 1M8GDM9AXKP042788', 'vin [VIN]'],
    ['we live at 1420 North Elm Street, Apt 4B', 'we live at [STREET]'],
    ['12 Main St. is the house', '[STREET] is the house'],
    ['PO Box 91', '[STREET]'],
    ['born 4/12/1961 or 1961-04-12', 'born [DATE] or [DATE]'],
    ['born April 12th, 1961', 'born [DATE]'],
    ['zip is 83702-1234', 'zip is [ZIP]'],
    ['my ip is 203.0.113.9', 'my ip is [IP]'],
    ['see https://example.com/x?y=1', 'see [URL]'],
    ['I am 47 years old', '[AGE]'],
    ['My name is Jane van Doe and I drive', 'My name is [NAME] van Doe and I drive'],
    ['ask for Maria Garcia', 'ask for [NAME]'],
    ['Thanks, Bob', 'Thanks, [NAME]'],
    ['Dr. Ana Lopez sent me', '[NAME] sent me'],
  ])('takes out: %s', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  it.each([
    'My policy expires this week and I need a quote today.',
    'Renewal came in 30% higher, switching this month.',
    'I drive about 6,000 miles a year and have 2 cars.',
    'I am looking for a better deductible.',
    'Landlord asks for 100k liability.',
  ])('leaves what tells of the intent: %s', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('ends as the same text when a protected attribute is swapped for another of its kind', () => {
    const templates = [
      (term: string) => `I'm ${term} and need a quote today`,
      (term: string) => `We are a ${term} family, call after five.`,
      (term: string) => `${term} owned, just looking`,
    ];
    const pair = fc
      .constantFrom(...Object.values(protectedExamples))
      .chain((terms) => fc.tuple(fc.constantFrom<string>(...terms), fc.constantFrom<string>(...terms)));
    const casing = fc.constantFrom(
      (term: string) => term,
      (term: string) => term.toUpperCase(),
      (term: string) => term.toLowerCase(),
    );
    fc.assert(
      fc.property(pair, fc.constantFrom(...templates), casing, casing, ([one, other], template, here, there) => {
        expect(redactText(template(here(one)))).toBe(redactText(template(there(other))));
      }),
    );
  });

  it('makes no difference between he and she', () => {
    expect(redactText('My wife drives, she has her own car')).toBe(redactText('My husband drives, he has his own car'));
  });

  it('finds what is hidden by odd characters and spaces', () => {
    expect(redactText('call\u00a0208\u2011555\u20110147')).toBe('call [PHONE]');
    expect(redactText('ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ')).toBe('[EMAIL]');
    expect(redactText('jane@exam\u200bple.com')).toBe('[EMAIL]');
  });

  it('is short, has no line breaks, and ends in time for any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.string({ unit: 'binary', maxLength: 400 })),
        (text) => {
          const once = redactText(text, 200);
          expect(once.length).toBeLessThanOrEqual(200);
          expect(once).not.toMatch(/[\n\r\t]/);
        },
      ),
    );
    const startedAt = performance.now();
    for (const hostile of [
      'a'.repeat(100_000),
      '1 '.repeat(50_000),
      'a.a@'.repeat(25_000),
      '1 a a a a '.repeat(10_000),
    ]) {
      redactText(hostile);
    }
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
