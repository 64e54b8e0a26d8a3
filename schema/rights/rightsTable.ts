/** Who asks, as a column of the table: a kind of identity, and the scopes that its token has. */
export interface RightsColumn {
  readonly kind: string;
  readonly scopes: readonly string[];
}

/** What a caller gets of a type or field. */
export const rightsCells = ['yes', 'own', 'masked', 'no'] as const;
export type RightsCell = (typeof rightsCells)[number];

export interface RightsRow {
  /** `Type` or `Type.field`. */
  readonly coordinate: string;
  /** One cell a column. */
  readonly cells: readonly RightsCell[];
}

/** The decisions of `schema/rights.md`. */
export interface RightsTable {
  readonly columns: readonly RightsColumn[];
  readonly rows: readonly RightsRow[];
  /** The fields that everybody has who has their object, as `Type.field`. */
  readonly plain: readonly string[];
}

const NAME = '[A-Za-z]\\w*';
const ROW = new RegExp(`^\`(${NAME}(?:\\.${NAME})?)\`$`);
const PLAIN = new RegExp(`^- \`(${NAME})\`: (.+)$`);

/**
 * Reads the table and the list of plain fields from the Markdown text. Throws an error that names the line for what is neither, for a cell that is none, and for what stands twice.
 */
export function readRightsTable(markdown: string): RightsTable {
  let columns: RightsColumn[] = [];
  const rows: RightsRow[] = [];
  const plain: string[] = [];
  const seen = new Set<string>();
  const once = (coordinate: string, line: number) => {
    if (seen.has(coordinate)) throw new Error(`rights.md:${line}: ${coordinate} stands twice`);
    seen.add(coordinate);
  };
  for (const [index, text] of markdown.split('\n').entries()) {
    const line = index + 1;
    if (text.startsWith('|')) {
      const [first = '', ...rest] = text
        .split('|')
        .slice(1, -1)
        .map((each) => each.trim());
      if (/^-+$/.test(first)) continue;
      if (first === 'field') {
        const header = rest.map(readColumn);
        if (columns.length > 0 && JSON.stringify(header) !== JSON.stringify(columns))
          throw new Error(`rights.md:${line}: all tables have the same columns`);
        columns = header;
        continue;
      }
      const coordinate = ROW.exec(first)?.[1];
      if (!coordinate) throw new Error(`rights.md:${line}: "${first}" is no \`Type\` or \`Type.field\``);
      once(coordinate, line);
      if (rest.length !== columns.length) throw new Error(`rights.md:${line}: ${columns.length} cells are needed`);
      rows.push({ coordinate, cells: rest.map((cell) => readCell(cell, line)) });
    } else if (text.startsWith('- `')) {
      const [, type = '', fields = ''] = PLAIN.exec(text) ?? [];
      if (!type) throw new Error(`rights.md:${line}: "${text}" is not "- \`Type\`: field, field"`);
      for (const field of fields.split(', ')) {
        const coordinate = `${type}.${field.trim()}`;
        once(coordinate, line);
        plain.push(coordinate);
      }
    }
  }
  return { columns, rows, plain };
}

function readColumn(text: string): RightsColumn {
  const [kind = '', ...scopes] = text.split(' ');
  return { kind, scopes };
}

function readCell(text: string, line: number): RightsCell {
  const cell = rightsCells.find((each) => each === text);
  if (!cell) throw new Error(`rights.md:${line}: "${text}" is none of ${rightsCells.join(', ')}`);
  return cell;
}
