import type { Faker } from '@faker-js/faker';
import type { DemoLine } from './demoAgents.ts';
import { type DemoConsent, demoEpoch } from './demoLead.ts';

const pages = ['https://quotes.example.com/start', 'https://www.example.com/compare', 'https://apply.example.com/lp/7'];

const browsers = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0',
];

const namedText = (sellers: readonly string[]) =>
  `By clicking "Get my quotes" I agree that ${sellers.join(', ')} may call, text and email me about insurance at the number I gave, also by automated means. Consent is not a condition of purchase.`;
const listText =
  'By clicking "Get my quotes" I agree that up to three partners from the list linked here may call, text and email me about insurance at the number I gave, also by automated means. Consent is not a condition of purchase.';

/**
 * Live consent with a certificate that passes the validation. MEDICARE names its sellers (42 CFR 422.2274(g): one-to-one consent);
 * so does a tenth of the other lines.
 */
export function consentFor(faker: Faker, line: DemoLine, agencies: readonly string[]): DemoConsent {
  const named = line === 'MEDICARE' || faker.number.int({ min: 1, max: 10 }) === 1;
  const sellers = named ? faker.helpers.arrayElements(agencies, { min: 4, max: 10 }) : [];
  const secondsBefore = faker.number.int({ min: 5, max: 240 });
  return {
    text: named ? namedText(sellers) : listText,
    textVersion: named ? 'named-2026-03' : 'list-2026-01',
    pageUrl: faker.helpers.arrayElement(pages),
    ip: `203.0.113.${faker.number.int({ min: 1, max: 254 })}`,
    userAgent: faker.helpers.arrayElement(browsers),
    givenAt: new Date(demoEpoch.getTime() - secondsBefore * 1_000).toISOString(),
    channels: faker.helpers.weightedArrayElement([
      { weight: 7, value: ['PHONE', 'SMS', 'EMAIL'] },
      { weight: 2, value: ['PHONE', 'EMAIL'] },
      { weight: 1, value: ['PHONE'] },
    ]) as DemoConsent['channels'],
    scope: named ? 'NAMED_SELLERS' : 'PARTNER_LIST',
    sellers,
    ...certificate(faker),
  };
}

function certificate(faker: Faker): Pick<DemoConsent, 'certificateType' | 'certificateRef'> {
  const certificateType = faker.helpers.weightedArrayElement<DemoConsent['certificateType']>([
    { weight: 5, value: 'TRUSTEDFORM' },
    { weight: 3, value: 'JORNAYA' },
    { weight: 2, value: 'INTERNAL' },
  ]);
  return { certificateType, certificateRef: reference(faker, certificateType) };
}

function reference(faker: Faker, type: DemoConsent['certificateType']): string {
  if (type === 'JORNAYA') return faker.string.uuid().toUpperCase();
  if (type === 'INTERNAL') return `INT-${faker.string.alphanumeric(12).toUpperCase()}`;
  return `https://cert.trustedform.com/${faker.string.hexadecimal({ length: 40, casing: 'lower', prefix: '' })}`;
}
