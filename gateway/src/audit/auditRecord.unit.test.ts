import { describe, expect, it } from 'vitest';
import { changedOnly, mergeDisclosed, outcomeOf, shortUserAgent } from './auditRecord.js';
import { formatRecord, TABLE_HEAD } from './formatRecord.js';

describe('a record', () => {
  it('has each entity once, with all its fields', () => {
    const product = { __typename: 'Product', key: '1' };
    expect(
      mergeDisclosed([
        { ...product, fields: ['b', 'a'] },
        { __typename: 'Agent', key: '1', fields: [] },
        { ...product, fields: ['a', 'c'] },
      ]),
    ).toEqual([
      { ...product, fields: ['a', 'b', 'c'] },
      { __typename: 'Agent', key: '1', fields: [] },
    ]);
  });

  it('is short, and has no sentences in it, whatever subgraphs write', () => {
    const long = { __typename: 'T'.repeat(100_000), key: 'k'.repeat(1_000_000) };
    for (const entities of [mergeDisclosed([{ ...long, fields: ['a'] }]), changedOnly([{ ...long, version: 1 }])])
      expect(JSON.stringify(entities).length).toBeLessThan(700);
    expect(outcomeOf([])).toBe('ok');
    expect(outcomeOf(['A', 'A', 'bob@example.com is taken', 'x'.repeat(65)])).toEqual(['A', 'OTHER']);
    expect(outcomeOf(Array.from({ length: 1_000 }, (_, index) => `C${index}`))).toHaveLength(50);
  });

  it('has what a client calls itself in one short line', () => {
    expect(shortUserAgent(undefined)).toBeNull();
    expect(shortUserAgent('')).toBeNull();
    expect(shortUserAgent('curl/8\r\nevil\u001b[2J')).toBe('curl/8  evil [2J');
    expect(shortUserAgent(['a', 'b'])).toBe('a');
    expect(shortUserAgent('x'.repeat(1_000))).toHaveLength(120);
  });

  it('is a line of a table', () => {
    const line = formatRecord({
      id: 'i',
      at: '2026-11-02T12:00:00.000Z',
      kind: 'DISCLOSURE',
      who: { kind: 'PARTNER', sub: 'acme', key: 'lg_ab' },
      what: { operation: null, hash: 'h', fields: ['product'], manifest: 'partner' },
      entities: ['1', '2', '3', '4'].map((key) => ({ __typename: 'Product', key, fields: ['notes'] })),
      outcome: ['A', 'B'],
      from: { address: '10.0.0.1', transport: 'rest', userAgent: 'curl/8' },
      requestId: 'r1',
    });
    expect(line).toContain('disclosure  PARTNER:acme (lg_ab)');
    expect(line).toContain('product of partner');
    expect(line).toContain('Product:1 {notes}, Product:2 {notes}, Product:3 {notes}, and 1 more  A,B');
    expect(line.endsWith('10.0.0.1 rest r1 curl/8')).toBe(true);
    expect(line.indexOf('disclosure')).toBe(TABLE_HEAD.indexOf('kind'));
  });
});
