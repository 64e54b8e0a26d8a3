import { describe, expect, it } from 'vitest';
import { ContractViolation, type EventType, parseMessage, SCHEMA_VERSION } from './contracts.ts';

const ID = '019a0000-0000-7000-8000-000000000001';

function message(type: EventType, payload: unknown, more: object = {}): unknown {
  return {
    id: ID,
    type,
    schemaVersion: SCHEMA_VERSION,
    occurredAt: '2026-11-20T12:00:00.000Z',
    entities: [{ __typename: 'Lead', key: ID, version: 1 }],
    actor: { kind: 'SYSTEM', sub: '' },
    payload,
    ...more,
  };
}

describe('a message', () => {
  const cancelled = { offerId: ID, leadId: ID, agentId: ID, reason: 'TAKEN' };

  it('may say its kind', () => {
    expect(parseMessage(message('agents.offer.cancelled', cancelled, { kind: 'TAKEN' }))).toMatchObject({
      kind: 'TAKEN',
    });
    expect(parseMessage(message('agents.offer.cancelled', cancelled))).not.toHaveProperty('kind');
  });

  it.each(['taken', 'TAKEN!', '', '_A', 'A_', 1])('has no kind like %j', (kind) => {
    expect(() => parseMessage(message('agents.offer.cancelled', cancelled, { kind }))).toThrow(ContractViolation);
  });

  it('of a lead may say what it is filtered by; those of earlier builds do not', () => {
    const lead = { line: 'AUTO', state: 'TX', sourceId: ID, isTest: false };
    const plain = { leadId: ID, reason: null };
    expect(parseMessage(message('leads.lead.routing', { ...plain, lead })).payload).toEqual({ ...plain, lead });
    expect(parseMessage(message('leads.lead.routing', plain)).payload).toEqual(plain);
  });

  it.each([{ firstName: 'Ada' }, { line: 'AUTO', state: 'TX', sourceId: ID, isTest: false, email: 'ada@example.com' }])(
    'of a lead says nothing else of it: %j',
    (lead) => {
      const parse = () => parseMessage(message('leads.lead.routing', { leadId: ID, reason: null, lead }));
      expect(parse).toThrow(ContractViolation);
    },
  );
});
