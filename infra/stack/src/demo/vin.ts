import type { Faker } from '@faker-js/faker';

/** A vehicle with a VIN whose maker, model year and check digit fit. */
export interface DemoVehicle {
  readonly vin: string;
  readonly year: number;
  readonly make: string;
  readonly model: string;
}

const makers = [
  { wmi: '1HG', make: 'Honda', models: ['Civic', 'Accord', 'Odyssey'] },
  { wmi: '2T1', make: 'Toyota', models: ['Corolla', 'Camry', 'Matrix'] },
  { wmi: '1FT', make: 'Ford', models: ['F-150', 'Ranger', 'Maverick'] },
  { wmi: '3N1', make: 'Nissan', models: ['Sentra', 'Versa', 'Altima'] },
  { wmi: '1GC', make: 'Chevrolet', models: ['Silverado', 'Colorado', 'Tahoe'] },
  { wmi: '5NP', make: 'Hyundai', models: ['Elantra', 'Sonata', 'Tucson'] },
  { wmi: '4S3', make: 'Subaru', models: ['Legacy', 'Outback', 'Forester'] },
  { wmi: '1C4', make: 'Jeep', models: ['Cherokee', 'Wrangler', 'Compass'] },
] as const;

/** Position 10 of a VIN from model year 2010 on (49 CFR 565.15, table VII). */
const yearCodes = 'ABCDEFGHJKLMNPRST';
const vinAlphabet = 'ABCDEFGHJKLMNPRSTUVWXYZ0123456789';
const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/** A vehicle of the model years 2010 to 2026; `valid: false` gives a VIN that differs from a right one in its check digit only. */
export function demoVehicle(faker: Faker, options: { valid: boolean } = { valid: true }): DemoVehicle {
  const maker = faker.helpers.arrayElement(makers);
  const yearIndex = faker.number.int({ min: 0, max: yearCodes.length - 1 });
  const descriptor = faker.string.fromCharacters(vinAlphabet, 5);
  const plant = faker.string.fromCharacters('ABCDEFGHJKLMNPRSTUVWXYZ');
  const serial = faker.string.numeric(6);
  const open = `${maker.wmi}${descriptor}0${yearCodes[yearIndex]}${plant}${serial}`;
  const right = checkDigit(open);
  const digit = options.valid ? right : right === '7' ? '3' : '7';
  return {
    vin: `${open.slice(0, 8)}${digit}${open.slice(9)}`,
    year: 2010 + yearIndex,
    make: maker.make,
    model: faker.helpers.arrayElement(maker.models),
  };
}

/** The check digit of position 9 (49 CFR 565.15(c)): the weighted sum of the transliterated characters modulo 11, ten being X. */
export function checkDigit(vin: string): string {
  const sum = [...vin].reduce((total, character, index) => total + transliterate(character) * (weights[index] ?? 0), 0);
  return 'X0123456789'.charAt(((sum % 11) + 1) % 11);
}

function transliterate(character: string): number {
  const digit = Number(character);
  if (!Number.isNaN(digit)) return digit;
  return Number('12345678 12345 7 923456789'.charAt(character.charCodeAt(0) - 65));
}
