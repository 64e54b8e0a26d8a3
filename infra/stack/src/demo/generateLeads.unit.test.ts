import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { demoLines } from './demoAgents.ts';
import type { DemoLead } from './demoLead.ts';
import { flaws } from './flaws.ts';
import { generateAgents, marketFile } from './generateAgents.ts';
import { generateLeads, leadsFile } from './generateLeads.ts';
import { phoneOfRun } from './phoneBook.ts';
import { demoStates } from './states.ts';
import { checkDigit } from './vin.ts';

const committed = (name: string) => readFile(new URL(`../../demo/${name}`, import.meta.url), 'utf8');
const count = <K>(values: Iterable<K>) => {
  const counts = new Map<K, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

describe('the demo files', () => {
  it('come out of the generators as they are committed', async () => {
    const market = generateAgents();
    expect(marketFile(market) === (await committed('agents.json'))).toBe(true);
    expect(leadsFile(generateLeads({ market })) === (await committed('leads.ndjson'))).toBe(true);
  });

  it('differ by seed and keep to the number of leads', () => {
    expect(generateLeads({ count: 30, seed: 7 })).toHaveLength(30);
    expect(leadsFile(generateLeads({ count: 30, seed: 7 }))).not.toBe(leadsFile(generateLeads({ count: 30, seed: 8 })));
  });
});

describe('the demo leads', () => {
  const leads = generateLeads();

  it('are all test leads with consent, from every state, of every line', () => {
    expect(leads).toHaveLength(1_000);
    expect(leads.every((lead) => lead.isTest && lead.consent.text !== '' && lead.consent.channels.length > 0)).toBe(
      true,
    );
    expect(new Set(leads.map((lead) => lead.address.state)).size).toBe(51);
    expect(new Set(leads.map((lead) => lead.line))).toEqual(new Set(demoLines));
  });

  it('reach nobody: fictional or unusable numbers, addresses at example.com or of throw-away domains', () => {
    const fictional = /^\+?1?[-. (]*\d{3}[-. )]*55501\d\d$|^\+?1?[-. (]*\d{3}[-. )]*555[-. ]?01\d\d$/;
    const open = leads.filter(({ contact }) => contact.phone !== undefined && !fictional.test(contact.phone));
    expect(open.length).toBeLessThan(25);
    const addresses = leads.flatMap(({ contact }) => (contact.email?.includes('@') ? [contact.email] : []));
    expect(addresses.filter((email) => !email.endsWith('@example.com')).length).toBeLessThan(20);
  });

  it('name sellers for every Medicare lead', () => {
    const medicare = leads.filter(({ line }) => line === 'MEDICARE');
    expect(medicare.length).toBeGreaterThan(50);
    expect(medicare.every(({ consent }) => consent.scope === 'NAMED_SELLERS' && consent.sellers.length > 0)).toBe(true);
  });

  it('repeat a few earlier ones: by phone, by e-mail, and word for word', () => {
    const again = (key: (lead: DemoLead) => string | undefined) =>
      [...count(leads.map(key).filter((value) => value !== undefined)).values()].filter((times) => times > 1).length;
    expect(again((lead) => lead.externalId)).toBeGreaterThan(8);
    expect(again((lead) => lead.contact.phone && `${lead.line} ${lead.contact.phone}`)).toBeGreaterThan(20);
    expect(again((lead) => lead.contact.email && `${lead.line} ${lead.contact.email}`)).toBeGreaterThan(20);
  });

  it('carry personal data in some of the notes', () => {
    const notes = leads.flatMap((lead) => (lead.notes === undefined ? [] : [lead.notes]));
    expect(notes.length).toBeGreaterThan(400);
    expect(notes.filter((text) => /SSN|Call me at|Write to|Born|card 4111/.test(text)).length).toBeGreaterThan(50);
  });

  it('have at least five leads for each flaw', () => {
    expect(leads.filter((_, index) => index % 13 === 5)).toHaveLength(77);
    expect(Math.floor(77 / flaws.length)).toBeGreaterThanOrEqual(5);
  });

  it('hold VINs with the right check digit, but for the spoiled ones', () => {
    expect(checkDigit('1M8GDM9AXKP042788')).toBe('X');
    const vins = leads
      .filter((_, index) => index % 13 !== 5)
      .flatMap((lead) => (lead.details.auto as { vehicles: { vin?: string }[] } | undefined)?.vehicles ?? [])
      .flatMap(({ vin }) => (vin === undefined ? [] : [vin]));
    expect(vins.length).toBeGreaterThan(200);
    expect(vins.filter((vin) => !/^[A-HJ-NPR-Z0-9]{17}$/.test(vin) || vin[8] !== checkDigit(vin))).toEqual([]);
  });
});

describe('phoneOfRun', () => {
  const phones = generateLeads().flatMap(({ contact }) => (contact.phone === undefined ? [] : [contact.phone]));
  const areaCodes = new Set(demoStates.flatMap((state) => state.areaCodes));
  const ofRun = (run: number) => phones.map((phone) => phoneOfRun(phone, run).replaceAll(/\D/g, '').slice(-10));

  it('gives a run numbers that no other of ten runs has, and keeps who shares one', () => {
    const runs = Array.from(
      { length: 10 },
      (_, run) =>
        new Set(
          ofRun(run).filter((digits) => areaCodes.has(digits.slice(0, 3)) && digits.slice(3).startsWith('55501')),
        ),
    );
    expect(new Set(runs.flatMap((run) => [...run])).size).toBe(runs.reduce((sum, run) => sum + run.size, 0));
    expect(new Set(runs.map((run) => run.size)).size).toBe(1);
  });

  it('stays in the state and leaves other numbers alone', () => {
    const state = demoStates.find(({ areaCodes }) => areaCodes.includes('212'));
    expect(state?.areaCodes).toContain(phoneOfRun('(212) 555-0147', 3).slice(2, 5));
    expect(phoneOfRun('+44 20 7946 0958', 3)).toBe('+44 20 7946 0958');
    expect(phoneOfRun('800-555-0147', 3)).toBe('800-555-0147');
  });
});

describe('the demo agents', () => {
  const { agents, agencies, sources, pools } = generateAgents();

  it('are 200 in 25 agencies, with a campaign for every line in every state', () => {
    expect([agents.length, agencies.length]).toEqual([200, 25]);
    const cells = count(
      agents.flatMap((agent) =>
        agent.campaigns.flatMap(({ line, states }) => states.map((state) => `${line} ${state}`)),
      ),
    );
    expect(cells.size).toBe(7 * 51);
    expect(Math.max(...cells.values())).toBeGreaterThan(4 * Math.min(...cells.values()));
    expect(new Set(pools.map(({ strategy }) => strategy)).size).toBe(3);
  });

  it('are mostly open at any hour, a few have hardly any money, one source is acme', () => {
    const campaigns = agents.flatMap((agent) => agent.campaigns);
    const open = campaigns.filter(({ schedule }) => schedule.length === 0);
    expect(open.length / campaigns.length).toBeGreaterThan(0.8);
    expect(agents.filter(({ creditCents }) => creditCents < 10_000).length).toBeGreaterThan(4);
    expect(sources.map(({ partner }) => partner)).toContain('acme');
  });
});
