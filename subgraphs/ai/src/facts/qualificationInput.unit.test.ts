import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryFacts } from '../../test/arbitraryFacts.js';
import { sampleFacts } from '../../test/sampleFacts.js';
import { inputHashOf, messagesFor } from '../prompt/qualificationPrompt.js';
import { protectedExamples } from '../redaction/protectedTerms.js';
import { scoreByCard } from '../scorecard/scorecard.js';
import { defaultThresholds } from '../scorecard/verdict.js';
import { qualificationInputOf } from './qualificationInput.js';

const text = (length: number) => fc.string({ minLength: 3, maxLength: length });

describe('what the engines look at', () => {
  it('is the same for leads that differ in protected attributes, or in what stands in for them', () => {
    const swapped = fc.record({
      language: fc.constantFrom('en', 'es', 'vi', 'ar'),
      zip: fc.constantFrom('83702', '10453', '60619', '48126'),
      timeZone: fc.constantFrom('America/Boise', 'America/New_York'),
    });
    const attributes = fc.record({
      gender: fc.constantFrom('M', 'F', 'X'),
      race: fc.constantFrom(...protectedExamples.race),
      religion: fc.constantFrom(...protectedExamples.religion),
      nationalOrigin: fc.constantFrom(...protectedExamples.origin),
      orientation: fc.constantFrom(...protectedExamples.orientation),
      disability: fc.boolean(),
      genderIdentity: fc.constantFrom(...protectedExamples.genderIdentity),
      maritalStatus: fc.constantFrom('MARRIED', 'SINGLE'),
    });
    const term = fc
      .constantFrom(...Object.values(protectedExamples))
      .chain((terms) => fc.constantFrom<string>(...terms));
    fc.assert(
      fc.property(
        arbitraryFacts,
        swapped,
        swapped,
        attributes,
        attributes,
        term,
        term,
        (facts, here, there, one, other, a, b) => {
          const first = qualificationInputOf({
            ...facts,
            ...here,
            details: { ...facts.details, ...one },
            notes: `I am ${a}. ${facts.notes}`,
          });
          const second = qualificationInputOf({
            ...facts,
            ...there,
            details: { ...facts.details, ...other },
            notes: `I am ${b}. ${facts.notes}`,
          });
          expect(second).toEqual(first);
          expect(inputHashOf(second, 'm')).toBe(inputHashOf(first, 'm'));
          expect(messagesFor(second)).toEqual(messagesFor(first));
          expect(scoreByCard(second, defaultThresholds)).toEqual(scoreByCard(first, defaultThresholds));
        },
      ),
    );
  });

  it('looks at the age for Medicare alone, and there only at the limit', () => {
    fc.assert(
      fc.property(arbitraryFacts, (facts) => {
        const young = qualificationInputOf({ ...facts, ageBand: '25_34' });
        const old = qualificationInputOf({ ...facts, ageBand: '65_PLUS' });
        if (facts.line === 'MEDICARE') expect([young.medicareAge, old.medicareAge]).toEqual([false, true]);
        else expect(young).toEqual(old);
      }),
    );
  });

  it('never has risk, ids or names of partners and insurers', () => {
    const facts = sampleFacts({
      details: { incidents: 3, claims: 2, tobacco: true, householdIncomeCents: 100, suspendedDrivers: 1, vehicles: 2 },
    });
    const input = JSON.stringify(qualificationInputOf(facts));
    for (const hidden of [
      'incidents',
      'claims',
      'tobacco',
      'Income',
      'suspended',
      facts.leadId,
      facts.sourceId,
      'acme',
      'Northwind',
    ]) {
      expect(input).not.toContain(hidden);
    }
  });

  it('lets no name, contact, street, birth date or VIN into the prompt, wherever they were typed', () => {
    const digit = (count: number) =>
      fc.string({ unit: fc.constantFrom(...'23456789'), minLength: count, maxLength: count });
    const name = fc.tuple(
      fc.constantFrom('Zebulon', 'Quentina', 'Ottoline'),
      fc.constantFrom('Vanterpool', 'Krzyzewski'),
    );
    const person = fc.record({
      name: name.map((parts) => parts.join(' ')),
      phone: fc
        .tuple(
          digit(3),
          digit(3),
          digit(4),
          fc.constantFrom(['(', ') ', '-'], ['', '-', '-'], ['', '.', '.'], ['', '', ''], ['+1 ', ' ', ' ']),
        )
        .map(([area, exchange, number, [a, b, c]]) => `${a}${area}${b}${exchange}${c}${number}`),
      email: fc.emailAddress({ size: 'small' }).filter((email) => /^[\w.+-]+@/.test(email)),
      street: fc
        .tuple(
          fc.integer({ min: 1, max: 9999 }),
          fc.constantFrom('Whistlewood', 'Old Harrow'),
          fc.constantFrom('St', 'Avenue', 'Dr.'),
        )
        .map((parts) => parts.join(' ')),
      birth: fc
        .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }), fc.integer({ min: 1930, max: 2005 }))
        .map((parts) => parts.join('/')),
      vin: fc.constantFrom('1M8GDM9AXKP042788', '1HGCM82633A004352'),
    });
    const placed = fc.constantFrom('notes', 'industry', 'unknownField', 'sourceName', 'currentCarrier');
    fc.assert(
      fc.property(person, placed, (who, place) => {
        const said = `My name is ${who.name}. Call ${who.phone} or ${who.email}, ${who.street}, born ${who.birth}, car ${who.vin}`;
        const facts = sampleFacts({ line: place === 'industry' ? 'COMMERCIAL' : 'AUTO' });
        const filled = {
          ...facts,
          ...(place === 'notes' && { notes: said }),
          ...(place === 'sourceName' && { sourceName: said }),
          ...(place === 'currentCarrier' && { currentCarrier: said }),
          details: { ...facts.details, [place]: said },
        };
        const prompt = JSON.stringify(messagesFor(qualificationInputOf(filled)));
        for (const part of [...who.name.split(' '), who.phone, who.email, who.street, who.birth, who.vin]) {
          expect(prompt).not.toContain(part);
        }
      }),
    );
  });

  it('counts the days to the end of the cover from the arrival, so that it does not change with the day of asking', () => {
    const days = (details: Record<string, string | number | null>) =>
      qualificationInputOf(sampleFacts({ receivedAt: '2026-11-23T23:59:00.000Z', details })).daysToExpiry;
    expect(days({ expiresOn: '2026-12-03' })).toBe(10);
    expect(days({ expiresOn: '2026-11-13' })).toBe(-10);
    expect(days({ moveInOn: '2026-11-24' })).toBe(1);
    expect(days({ expiresOn: 'soon' })).toBeNull();
    expect(days({ expiresOn: null })).toBeNull();
  });

  it('counts a channel that was agreed to and then suppressed as closed', () => {
    expect(qualificationInputOf(sampleFacts({ suppressedChannels: ['SMS'] })).openChannels).toEqual(['EMAIL', 'PHONE']);
  });

  it('is the same for any order of lists', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(['a', 'b', 'c'], { minLength: 3 }), text(5), (missingFields, notes) => {
        expect(qualificationInputOf(sampleFacts({ missingFields, notes }))).toEqual(
          qualificationInputOf(sampleFacts({ missingFields: ['a', 'b', 'c'], notes })),
        );
      }),
    );
  });
});
