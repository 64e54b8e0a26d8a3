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

/** How a plan reaches its rows. */
export interface Shape {
  /** `Limit(Merge Append(Index Scan lead))`. */
  readonly text: string;
  readonly sorts: number;
}

/**
 * A plan without what may differ between sizes: the same whichever months it reads, and however it adds up; what months of one plan do alike is said once. Neither does it say by which index of a table: between those that have the order the planner
 * decides by the shares of what is passed, and these stay as they are when there are more leads. What an index costs is in the pages that were read.
 */
export function shapeOf(node: PlanNode): Shape {
  return { text: textOf(node), sorts: sortsOf(node) };
}

/** Whether a plan does what another does, and sorts no more. */
export function isLike(shape: Shape, other: Shape): boolean {
  return shape.text === other.text && shape.sorts <= other.sorts;
}

function textOf(node: PlanNode): string {
  const type = node['Node Type'];
  const inputs = node.Plans ?? [];
  const [only] = inputs;
  if (only && (type === 'Result' || type === 'Sort')) return textOf(only);
  const texts = inputs.map(textOf);
  const words = [type, ...(node['Relation Name'] ? [node['Relation Name'].replace(PARTITION, '$1')] : [])].join(' ');
  const shown = type.endsWith('Append') ? [...new Set(texts)].sort() : texts;
  return shown.length > 0 ? `${words}(${shown.join(', ')})` : words;
}

/** Sorts for the sake of groups are left out: these are sorted or hashed as their number is thought to be, before, after, or not at all. */
function sortsOf(node: PlanNode): number {
  const inputs = node.Plans ?? [];
  const isSort = ({ 'Node Type': type }: PlanNode) => type === 'Sort';
  const ofGroups = node['Node Type'] === 'Aggregate' ? inputs.filter(isSort).length : 0;
  const own = isSort(node) && inputs[0]?.['Node Type'] !== 'Aggregate' ? 1 : 0;
  return inputs.reduce((sum, each) => sum + sortsOf(each), own - ofGroups);
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
