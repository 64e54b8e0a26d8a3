import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVin, vinCheckDigit } from './vin.js';

const alphabet = [...'0123456789ABCDEFGHJKLMNPRSTUVWXYZ'];
const body = fc
  .array(fc.constantFrom(...alphabet), { minLength: 17, maxLength: 17 })
  .map((letters) => letters.join(''));

/** These characters with the check digit that belongs to them; position 9 weighs nothing, so it does not matter what stood there. */
const withCheckDigit = (vin: string) => `${vin.slice(0, 8)}${vinCheckDigit(vin)}${vin.slice(9)}`;

describe('isVin', () => {
  it.each(['1M8GDM9AXKP042788', '11111111111111111', '5GZCZ43D13S812715'])('takes %s', (vin) => {
    expect(isVin(vin)).toBe(true);
  });

  it.each([
    '1M8GDM9A1KP042788',
    '1M8GDM9AXKP04278',
    '1M8GDM9AXKP0427888',
    'IM8GDM9AXKP042788',
    '1M8GDM9AXKP04278O',
    '',
    '1m8gdm9axkp042788',
  ])('refuses %s', (vin) => {
    expect(isVin(vin)).toBe(false);
  });

  it('takes any characters with their check digit and refuses them with any other', () => {
    fc.assert(
      fc.property(body, fc.constantFrom(...'0123456789X'), (vin, digit) => {
        const valid = withCheckDigit(vin);
        expect(isVin(valid)).toBe(true);
        expect(isVin(`${valid.slice(0, 8)}${digit}${valid.slice(9)}`)).toBe(digit === valid[8]);
      }),
    );
  });

  it('notices one mistyped digit that weighs something modulo 11', () => {
    fc.assert(
      fc.property(body, fc.integer({ min: 0, max: 16 }), fc.constantFrom(...'0123456789'), (vin, position, digit) => {
        const valid = withCheckDigit(vin);
        fc.pre(position !== 8 && /\d/.test(valid[position] ?? '') && valid[position] !== digit);
        expect(isVin(valid.slice(0, position) + digit + valid.slice(position + 1))).toBe(false);
      }),
    );
  });
});
