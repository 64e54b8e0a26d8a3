/** A node of a plan as EXPLAIN (FORMAT JSON) writes it, with and without ANALYZE. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Scan Direction'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly Plans?: readonly PlanNode[];
}

const PARTITION = /^(lead|lead_event)_(\d{4}_\d\d|default)(?=_|$)/;

/**
 * A plan without what may differ between sizes: the same whichever months it reads, and however it adds up. `Limit(Merge Append(Index Scan Backward lead))`. What months of one plan do
 * alike is said once.
 * Of which index a month comes in the list's order is left out: how many other leads are passed depends on shares, not on how many there are, and with shares of a third indexes cost the planner the same.
 */
export function shapeOf(node: PlanNode, isMerged = false): string {
  const type = node['Node Type'];
  const inputs = node.Plans ?? [];
  const [only] = inputs;
  // Groups are sorted or hashed as their number is thought to be: before, after, or not at all.
  const sortsGroups = type === 'Sort' && only?.['Node Type'] === 'Aggregate';
  if (only && (type === 'Result' || sortsGroups)) return shapeOf(only);
  const place = (isMerged ? undefined : node['Index Name']) ?? node['Relation Name'];
  const words = [
    type,
    ...(node['Scan Direction'] === 'Backward' ? ['Backward'] : []),
    ...(place ? [place.replace(PARTITION, '$1')] : []),
  ].join(' ');
  const kept = type === 'Aggregate' && only?.['Node Type'] === 'Sort' ? (only.Plans ?? []) : inputs;
  const shapes = kept.map((each) => shapeOf(each, type === 'Merge Append'));
  const shown = type.endsWith('Append') ? [...new Set(shapes)].sort() : shapes;
  return shown.length > 0 ? `${words}(${shown.join(', ')})` : words;
}

/** The months of a table that a plan reads; those that were pruned are in no plan. */
export function monthsRead(plan: PlanNode): string[] {
  return [...new Set(nodesOf(plan).flatMap((node) => (isMonth(node) ? [node['Relation Name'] ?? ''] : [])))];
}

/** The tables and months that a plan has read from beginning to end, with the rows that there were. Empty ones are left out: there is no other way to read these. */
export function readWhole(
  plan: PlanNode,
): { readonly table: string; readonly rows: number; readonly isMonth: boolean }[] {
  return nodesOf(plan)
    .filter((node) => node['Node Type'] === 'Seq Scan')
    .map((node) => ({
      table: node['Relation Name'] ?? '',
      rows: ((node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0)) * (node['Actual Loops'] ?? 0),
      isMonth: isMonth(node),
    }))
    .filter(({ rows }) => rows > 0);
}

/** Pages of 8 kB that a plan has looked at, in memory or not. */
export function buffersOf(plan: PlanNode): number {
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
}

function isMonth(node: PlanNode): boolean {
  return PARTITION.test(node['Relation Name'] ?? '');
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
