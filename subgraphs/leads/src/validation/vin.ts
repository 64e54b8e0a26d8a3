const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2] as const;

/** Letters count as digits (49 CFR 565.15); I, O and Q do not occur. */
const VALUES: Readonly<Record<string, number>> = Object.fromEntries([
  ...[...'0123456789'].map((digit) => [digit, Number(digit)]),
  ...[...'ABCDEFGH'].map((letter, index) => [letter, index + 1]),
  ...[...'JKLMN'].map((letter, index) => [letter, index + 1]),
  ['P', 7],
  ['R', 9],
  ...[...'STUVWXYZ'].map((letter, index) => [letter, index + 2]),
]);

/** The check digit that belongs at position 9 of these 17 characters (0–9 or X), or null if they are no VIN. */
export function vinCheckDigit(vin: string): string | null {
  if (vin.length !== WEIGHTS.length) return null;
  let sum = 0;
  for (const [position, weight] of WEIGHTS.entries()) {
    const value = VALUES[vin.charAt(position)];
    if (value === undefined) return null;
    sum += value * weight;
  }
  const remainder = sum % 11;
  return remainder === 10 ? 'X' : String(remainder);
}

/** Whether this is a vehicle identification number of North America: 17 characters, no I O Q, the right check digit. */
export function isVin(vin: string): boolean {
  return vinCheckDigit(vin) === vin.charAt(8);
}
