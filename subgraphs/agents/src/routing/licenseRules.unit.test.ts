import { describe, expect, it } from 'vitest';
import { isLicensed, type License } from './licenseRules.js';
import type { Line, LineOfAuthority } from './vocabulary.js';

const license = (lineOfAuthority: LineOfAuthority, change: Partial<License> = {}): License => ({
  state: 'TX',
  lineOfAuthority,
  effective: '2025-01-01',
  expires: '2026-12-31',
  status: 'ACTIVE',
  ...change,
});
const licensed = (authorities: LineOfAuthority[], line: Line) =>
  isLicensed(
    authorities.map((authority) => license(authority)),
    { line, state: 'TX', day: '2026-05-01' },
  );

describe('isLicensed', () => {
  it.each<[Line, LineOfAuthority[], boolean]>([
    ['AUTO', ['PERSONAL_LINES'], true],
    ['HOME', ['PROPERTY', 'CASUALTY'], true],
    ['RENTERS', ['PROPERTY'], false],
    ['AUTO', ['CASUALTY'], false],
    ['COMMERCIAL', ['PERSONAL_LINES'], false],
    ['COMMERCIAL', ['CASUALTY', 'PROPERTY'], true],
    ['HEALTH', ['ACCIDENT_HEALTH'], true],
    ['MEDICARE', ['ACCIDENT_HEALTH'], true],
    ['MEDICARE', ['LIFE'], false],
    ['LIFE', ['LIFE'], true],
    ['LIFE', ['VARIABLE'], false],
  ])('%s with %j: %s', (line, authorities, expected) => {
    expect(licensed(authorities, line)).toBe(expected);
  });

  it('takes both halves from the same state', () => {
    const licenses = [license('PROPERTY'), license('CASUALTY', { state: 'OK' })];
    expect(isLicensed(licenses, { line: 'HOME', state: 'TX', day: '2026-05-01' })).toBe(false);
  });

  it.each([
    ['the day before it begins', '2024-12-31', false],
    ['its first day', '2025-01-01', true],
    ['its last day', '2026-12-31', true],
    ['the day after', '2027-01-01', false],
  ])('on %s', (_name, day, expected) => {
    expect(isLicensed([license('PERSONAL_LINES')], { line: 'AUTO', state: 'TX', day })).toBe(expected);
  });

  it.each(['PENDING', 'SUSPENDED', 'REVOKED'] as const)('does not count a %s one', (status) => {
    const licenses = [license('PERSONAL_LINES', { status })];
    expect(isLicensed(licenses, { line: 'AUTO', state: 'TX', day: '2026-05-01' })).toBe(false);
  });
});
