import { describe, expect, it } from 'vitest';
import { buffersOf, isLike, monthsRead, type PlanNode, readWhole, shapeOf } from './plans.ts';

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
  const text = (node: PlanNode) => shapeOf(node).text;
  const scan = { 'Node Type': 'Seq Scan', 'Relation Name': 'lead_buyer' };
  const over = (type: string, ...inputs: PlanNode[]): PlanNode => ({ 'Node Type': type, Plans: inputs });

  it('is the same whichever months are read, and by which index', () => {
    const shape = 'Limit(Merge Append(Index Scan lead))';
    expect(text(page(month('2026_11')))).toBe(shape);
    expect(
      text(page(month('2026_10'), month('2026_11', { 'Index Name': 'lead_2026_11_pkey' }), month('default'))),
    ).toBe(shape);
  });

  it('tells when a month is read in another way', () => {
    const whole = { 'Node Type': 'Seq Scan', 'Relation Name': 'lead_2026_10' };
    expect(text(page(whole, month('2026_11')))).toBe('Limit(Merge Append(Index Scan lead, Seq Scan lead))');
  });

  it('tells how often rows are sorted, but for groups, which may be made in any way', () => {
    const grouped = { text: 'Aggregate(Seq Scan lead_buyer)', sorts: 0 };
    expect(shapeOf(over('Aggregate', scan))).toEqual(grouped);
    expect(shapeOf(over('Aggregate', over('Sort', over('Result', scan))))).toEqual(grouped);
    expect(shapeOf(over('Sort', over('Aggregate', scan)))).toEqual(grouped);
    expect(shapeOf(over('Sort', over('Aggregate', over('Sort', over('Sort', scan)))))).toEqual({
      ...grouped,
      sorts: 1,
    });
    expect(shapeOf(over('Unique', over('Sort', scan)))).toEqual({ text: 'Unique(Seq Scan lead_buyer)', sorts: 1 });
  });

  it('is like another that sorts as much, or more', () => {
    const [once, never] = [shapeOf(over('Unique', over('Sort', scan))), shapeOf(over('Unique', scan))];
    expect([isLike(never, once), isLike(once, once), isLike(once, never)]).toEqual([true, true, false]);
    expect(isLike(never, shapeOf(scan))).toBe(false);
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
