import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../config.ts';
import { eventLine } from './eventLine.ts';
import { type Feed, feeds, type LiveEvent } from './feeds.ts';

const schema = buildSchema(readFileSync(join(PROJECT_ROOT, 'schema/supergraph.graphql'), 'utf8'));
const feed = (name: string) => feeds.find((each) => each.name === name) as Feed;
const at = new Date(2026, 10, 20, 9, 5, 7);
const line = (name: string, event: object) =>
  eventLine(feed(name), { cursor: 'c', occurredAt: at.toISOString(), ...event } as LiveEvent, new Date());

it.each(feeds.map((each) => [each.name, each] as const))('what "%s" asks for fits the graph', (_, feed) => {
  for (const operation of [feed.operation, feed.narrow ?? feed.operation])
    expect(validate(schema, parse(operation))).toEqual([]);
});

describe('an event’s line', () => {
  const offer = {
    id: 'o1',
    status: 'OFFERED',
    mode: 'SHARED',
    priceCents: 2_150,
    expiresAt: new Date(2026, 10, 20, 9, 10, 7).toISOString(),
    lead: {
      line: 'AUTO',
      address: { city: 'Austin', state: 'TX' },
      contact: { masked: true, firstName: 'A**', lastName: 'M*****', phone: '***-***-0147' },
      qualification: { score: 82, tier: 'HOT', nextAction: 'CALL_NOW' },
    },
    hold: { status: 'HELD' },
  };

  it('says what an offer is worth, from four services', () => {
    expect(line('offers', { kind: 'OFFERED', offer })).toBe(
      '09:05:07  OFFERED       AUTO  TX  shared  $21.50  score 82 HOT CALL_NOW  until 09:10:07  hold HELD  offer o1',
    );
  });

  it('says who the person is once the offer is settled', () => {
    const contact = { masked: false, firstName: 'Ada', lastName: 'Moreno', phone: '+15125550147' };
    const settled = { ...offer, status: 'ACCEPTED', lead: { ...offer.lead, contact }, hold: { status: 'CAPTURED' } };
    expect(line('offers', { kind: 'SETTLED', offer: settled })).toBe(
      '09:05:07  SETTLED       AUTO  TX  shared  $21.50  score 82 HOT CALL_NOW  hold CAPTURED  Ada Moreno  +15125550147  offer o1',
    );
  });

  it('says where what is there now is not what happened then', () => {
    expect(line('offers', { kind: 'OFFERED', offer: { ...offer, status: 'CANCELLED', lead: null, hold: null } })).toBe(
      '09:05:07  OFFERED       shared  $21.50  now CANCELLED  offer o1',
    );
  });

  it('says how a lead goes on', () => {
    const change = {
      fromStatus: 'OFFERED',
      reason: 'sale 1 of 3',
      lead: {
        id: 'l1',
        status: 'SOLD',
        line: 'HOME',
        score: 70,
        tier: 'WARM',
        soldCount: 1,
        maxSales: 3,
        address: { state: 'ID' },
        source: { name: 'Acme' },
        offers: [{ status: 'OFFERED' }, { status: 'ACCEPTED' }],
      },
    };
    expect(line('lead', { kind: 'SOLD', change })).toBe(
      '09:05:07  SOLD          HOME  ID  from OFFERED  sale 1 of 3  score 70 WARM  1 open offer  sold 1 of 3  Acme  lead l1',
    );
  });

  it('says how far a qualification is', () => {
    const lead = { status: 'QUALIFYING', line: 'LIFE', address: { state: 'NY' } };
    const job = { status: 'RUNNING', failure: null, qualification: null, lead };
    expect(line('qualification', { kind: 'RUNNING', job })).toBe('09:05:07  RUNNING       LIFE  NY  lead QUALIFYING');
  });

  it('says what is in a wallet', () => {
    const wallet = { availableCents: 10_000, balanceCents: 12_500, heldCents: 2_500, agent: { name: 'Pat' } };
    expect(line('wallet', { kind: 'HELD', wallet })).toBe(
      '09:05:07  HELD          available $100.00  balance $125.00  held $25.00  Pat',
    );
  });

  it('says that there is a gap', () => {
    expect(line('wallet', { kind: 'GAP', occurredAt: null, wallet: null })).toMatch(
      /^\d\d:\d\d:\d\d {2}GAP {11}events before/,
    );
  });
});
