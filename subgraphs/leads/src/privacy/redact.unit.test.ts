import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from './redact.js';

describe('redact', () => {
  it.each([
    ['Call me at (312) 555-0147 after 5', 'Call me at [number] after 5'],
    ['my cell is 312.555.0147, thanks', 'my cell is [number], thanks'],
    ['+1 312 555 0147', '[number]'],
    ['SSN 123-45-6789.', 'SSN [number].'],
    ['card 4111 1111 1111 1111', 'card [number]'],
    ['write to jane.doe+ins@mail.example.com!', 'write to [email]!'],
    ['I live at 12 West Wacker Drive, Chicago', 'I live at [address], Chicago'],
    ['P.O. Box 331', '[address]'],
    ['born 4/12/1985 in Ohio', 'born [date] in Ohio'],
    ['born on April 12, 1985', 'born on [date]'],
    ['the car is 1M8GDM9AXKP042788', 'the car is [vin]'],
    ['see https://example.com/u/jane?id=1 please', 'see [link] please'],
    ['from 198.51.100.7', 'from [ip]'],
    ['from 2001:db8:0:0:1:0:0:1', 'from [ip]'],
  ])('%s → %s', (text, redacted) => {
    expect(redact(text)).toBe(redacted);
  });

  it.each([
    'Two cars, 14 months insured, 3 claims since 2019',
    'Budget 250 a month, house worth 450,000 or 1,250,000 with land',
    'Needs SR-22, roof is 12 years old',
    'Call between 9 and 17',
  ])('leaves "%s"', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('finds the names and the street of the person, however they are written', () => {
    const known = { names: ['Mary-Ann', 'O’Neill (Sr.)'], street: '7  Low Rd.' };
    expect(redact('MARY-ANN o’neill (sr.) of 7 low rd. says hello to Ann', known)).toBe(
      '[name] [name] of [address] says hello to [name]',
    );
    expect(redact('Annual policy', known)).toBe('Annual policy');
  });

  it('leaves no number of seven digits or more, whatever stands between the digits', () => {
    const digits = fc.array(fc.constantFrom(...'0123456789'), { minLength: 7, maxLength: 16 });
    const gap = fc.constantFrom('', ' ', '-', '.', ') ', ' - ');
    fc.assert(
      fc.property(digits, gap, (number, between) => {
        const text = `number ${number.join(between)} end`;
        expect(redact(text).replace(/\D/g, '').length).toBeLessThan(7);
      }),
    );
  });

  it('finds a name anywhere between other words', () => {
    const word = fc.stringMatching(/^[A-Za-zÀ-ž]{2,12}$/);
    fc.assert(
      fc.property(word, fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 6 }), (name, others) => {
        const text = [...others, name, ...others].join(' ');
        expect(
          redact(text, { names: [name] })
            .toLowerCase()
            .split(' '),
        ).not.toContain(name.toLowerCase());
      }),
    );
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, name) => {
        expect(typeof redact(text, { names: [name], street: name })).toBe('string');
      }),
    );
  });

  it('is fast on long text', () => {
    const started = performance.now();
    redact(`${'1 a '.repeat(1_000)}${'a.'.repeat(2_000)}@`);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
