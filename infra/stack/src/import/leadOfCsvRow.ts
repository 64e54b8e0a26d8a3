import { type Column, type ColumnKind, columnNames, columnOf, LINE_MEMBER } from './csvColumns.ts';

/** The file cannot be read as leads at all; the message says what to change. */
export class ImportFileError extends Error {
  override readonly name = 'ImportFileError';
}

/** What a header line means: a column for each cell, null for cells that are left out. */
export function columnsOfHeader(
  header: readonly string[],
  mapping: Readonly<Record<string, string>> = {},
): (Column | null)[] {
  const unknown: string[] = [];
  const columns = header.map((cell) => {
    const name = mapping[cell] ?? cell;
    if (name === '') return null;
    const column = columnOf(name);
    if (!column) unknown.push(cell);
    return column ?? null;
  });
  if (unknown.length > 0) {
    throw new ImportFileError(
      `There is no column for ${unknown.map((cell) => `"${cell}"`).join(', ')}. Rename or map them (--map) to one of: ${columnNames.join(', ')}.`,
    );
  }
  return columns;
}

/** The row as an input of `createLead` (names instead of ids, as in the demo's NDJSON). Throws when a cell is not of its column's kind. */
export function leadOfCsvRow(columns: readonly (Column | null)[], cells: readonly string[]): Record<string, unknown> {
  const lead: Record<string, unknown> = {};
  const line = cells[columns.findIndex((column) => column?.name === 'line')] ?? '';
  for (const [index, column] of columns.entries()) {
    const cell = cells[index]?.trim() ?? '';
    if (column && cell !== '') put(lead, column.path, cellValue(cell, column), line.trim());
  }
  if (line !== '' && lead.details === undefined) put(lead, ['details', LINE_MEMBER], {}, line.trim());
  return lead;
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown, line: string): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  const key = head === LINE_MEMBER ? line.toLowerCase() : head;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = (target[key] ?? {}) as Record<string, unknown>;
  target[key] = inner;
  put(inner, rest, value, line);
}

function cellValue(cell: string, { name, kind }: Column): unknown {
  const value = readers[kind](cell);
  if (value === undefined) throw new Error(`${name}: "${cell.slice(0, 40)}" is no ${kindNames[kind]}`);
  return value;
}

const readers: Readonly<Record<ColumnKind, (cell: string) => unknown>> = {
  text: (cell) => cell,
  int: (cell) => (/^-?\d{1,15}$/.test(cell) ? Number(cell) : undefined),
  flag: (cell) => (/^(true|yes|y|1)$/i.test(cell) ? true : /^(false|no|n|0)$/i.test(cell) ? false : undefined),
  list: (cell) => cell.split('|').map((entry) => entry.trim()),
  json: (cell) => {
    try {
      return JSON.parse(cell);
    } catch {
      return undefined;
    }
  },
};

const kindNames: Readonly<Record<ColumnKind, string>> = {
  text: 'text',
  int: 'whole number',
  flag: 'yes or no',
  list: 'list',
  json: 'JSON value',
};
