import { describe, expect, it } from 'vitest';
import { buffersOf, monthsRead, type PlanNode, readWhole, shapeOf } from './plans.ts';

const month = (name: string, more: Partial<PlanNode> = {}): PlanNode => ({
  'Node Type': 'Index Scan',
  'Scan Direction': 'Backward',
  'Relation Name': `lead_${name}`,
  'Index Name': `lead_${name}_status_id_idx`,
  ...more,
});
const page = (...months: PlanNode[]): PlanNode => ({
  'Node Type': 'Limit',
  'Shared Hit Blocks': 40,
  'Shared Read Blocks': 2,
  Plans: [{ 'Node Type': 'Merge Append', Plans: months }],
});

describe('the shape of a plan', () => {
  it('is the same whichever months are read', () => {
    const shape = 'Limit(Merge Append(Index Scan Backward lead))';
    expect(shapeOf(page(month('2026_11')))).toBe(shape);
    expect(shapeOf(page(month('2026_10'), month('2026_11'), month('default')))).toBe(shape);
  });

  it('tells when a month is read in another way', () => {
    const whole = { 'Node Type': 'Seq Scan', 'Relation Name': 'lead_2026_10' };
    expect(shapeOf(page(whole, month('2026_11')))).toBe('Limit(Merge Append(Index Scan Backward lead, Seq Scan lead))');
  });

  it('is the same in whichever index a month has the order', () => {
    const byId = month('2026_10', { 'Index Name': 'lead_2026_10_pkey' });
    expect(shapeOf(page(byId, month('2026_11')))).toBe('Limit(Merge Append(Index Scan Backward lead))');
    expect(shapeOf(byId)).toBe('Index Scan Backward lead_pkey');
  });

  it('is the same however groups are made', () => {
    const scan = { 'Node Type': 'Seq Scan', 'Relation Name': 'lead_buyer' };
    const hashed = { 'Node Type': 'Aggregate', Plans: [scan] };
    const sorted = {
      'Node Type': 'Aggregate',
      Plans: [{ 'Node Type': 'Sort', Plans: [{ 'Node Type': 'Result', Plans: [scan] }] }],
    };
    expect(shapeOf(hashed)).toBe('Aggregate(Seq Scan lead_buyer)');
    expect(shapeOf(sorted)).toBe(shapeOf(hashed));
    expect(shapeOf({ 'Node Type': 'Sort', Plans: [hashed] })).toBe(shapeOf(hashed));
  });
});

describe('what a plan has read', () => {
  it('are months', () => {
    const bitmap = { 'Node Type': 'Bitmap Heap Scan', 'Relation Name': 'lead_2026_11' };
    const source = { 'Node Type': 'Seq Scan', 'Relation Name': 'source' };
    expect(monthsRead(page(month('2026_10'), bitmap, month('2026_11'), source))).toEqual([
      'lead_2026_10',
      'lead_2026_11',
    ]);
  });

  it('are pages, in memory or not', () => {
    expect(buffersOf(page())).toBe(42);
  });

  it('is a whole table, unless it is empty', () => {
    const seq = (table: string, rows: number) => ({
      ...{ 'Node Type': 'Seq Scan', 'Relation Name': table, 'Actual Rows': rows, 'Rows Removed by Filter': rows * 9 },
      'Actual Loops': 1,
    });
    expect(readWhole(page(seq('lead_2026_10', 5), seq('lead_2027_01', 0), seq('source', 2)))).toEqual([
      { table: 'lead_2026_10', rows: 50, isMonth: true },
      { table: 'source', rows: 20, isMonth: false },
    ]);
  });
});
