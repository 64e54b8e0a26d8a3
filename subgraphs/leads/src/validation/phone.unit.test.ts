import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPhone } from './phone.js';

const check = (typed: string, isTest = false) => checkPhone(typed, { isTest, field: 'contact.phone' });

describe('checkPhone', () => {
  it.each([
    ['(312) 867-5309', '+13128675309'],
    ['312.867.5309', '+13128675309'],
    ['+1 312 867 5309', '+13128675309'],
    ['1-312-867-5309', '+13128675309'],
    ['787-721-1234', '+17877211234'],
  ])('reads %s', (typed, e164) => {
    expect(check(typed)).toMatchObject({ e164 });
  });

  it('cannot tell mobiles from land lines in the United States', () => {
    expect(check('3128675309')).toMatchObject({ mobile: null });
  });

  it.each([
    ['PHONE_INVALID', 'not a number'],
    ['PHONE_INVALID', '12345'],
    ['PHONE_INVALID', '+1 111 867 5309'],
    ['PHONE_INVALID', '312 867 530'],
    ['PHONE_INVALID', '900 867 5309'],
    ['PHONE_NOT_US', '+44 20 7946 0958'],
    ['PHONE_NOT_US', '+1 416 967 1111'],
    ['PHONE_NOT_US', '+52 55 5283 2900'],
    ['PHONE_TOLL_FREE', '800 867 5309'],
    ['PHONE_TOLL_FREE', '+1 (888) 867-5309'],
    ['PHONE_FICTIONAL', '312 555 0147'],
  ])('answers %s for %s', (code, typed) => {
    expect(check(typed)).toMatchObject({ code, field: 'contact.phone' });
  });

  it('takes every fictional number of a test lead, and of no other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99 }), (last) => {
        const typed = `212555${String(100 + last).padStart(4, '0')}`;
        expect(check(typed, true)).toEqual({ e164: `+1${typed}`, mobile: null });
        expect(check(typed)).toMatchObject({ code: 'PHONE_FICTIONAL' });
      }),
    );
  });

  it('holds for a test lead what holds for others', () => {
    expect(check('800 555 0100', true)).toMatchObject({ code: 'PHONE_TOLL_FREE' });
    expect(check('nothing', true)).toMatchObject({ code: 'PHONE_INVALID' });
  });

  it('never repeats what was typed', () => {
    fc.assert(
      fc.property(fc.string(), (typed) => {
        const answer = check(typed);
        if ('code' in answer && typed.trim().length > 6) expect(answer.message).not.toContain(typed);
      }),
    );
  });
});
