import { describe, expect, it } from 'vitest';
import zipcodes from 'zipcodes';
import { lookupZip, stateCodes } from './zipCodes.js';

describe('lookupZip', () => {
  it.each([
    ['60601', 'IL', 'America/Chicago'],
    ['10001-1234', 'NY', 'America/New_York'],
    [' 90210 ', 'CA', 'America/Los_Angeles'],
    ['85001', 'AZ', 'America/Phoenix'],
    ['46601', 'IN', 'America/Indiana/Indianapolis'],
    ['47708', 'IN', 'America/Chicago'],
    ['79901', 'TX', 'America/Denver'],
    ['37402', 'TN', 'America/New_York'],
    ['00601', 'PR', 'America/Puerto_Rico'],
    ['96910', 'GU', 'Pacific/Guam'],
    ['99501', 'AK', 'America/Anchorage'],
    ['96801', 'HI', 'Pacific/Honolulu'],
    ['09001', 'AE', 'Europe/Berlin'],
  ])('knows %s: %s, %s', (typed, state, timeZone) => {
    expect(lookupZip(typed)).toMatchObject({ zip: typed.trim().slice(0, 5), state, timeZone });
  });

  it.each(['00000', '99999', '1234', '123456', 'K1A', 'K1A 0B1', '', 'abcde', 'constructor', '__proto__'])(
    'does not know %s',
    (typed) => {
      expect(lookupZip(typed)).toBeNull();
    },
  );

  it('gives every ZIP code a state and a time zone that exist', () => {
    const valid = new Set(Intl.supportedValuesOf('timeZone'));
    const used = new Set<string>();
    for (const [zip, { country }] of Object.entries(zipcodes.codes)) {
      if (country !== 'US') continue;
      const place = lookupZip(zip);
      expect(stateCodes.has(place?.state ?? '')).toBe(true);
      used.add(place?.timeZone ?? '');
    }
    const unknown = [...used].filter((zone) => !valid.has(zone) && !isZone(zone));
    expect(unknown).toEqual([]);
    expect([...used].filter((zone) => !/^(America|Pacific|Europe\/Berlin)/.test(zone))).toEqual([]);
  });
});

/** Intl lists canonical names only, but takes the others too. */
function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
