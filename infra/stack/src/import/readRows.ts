import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pipeline, type Readable } from 'node:stream';
import { parse } from 'csv-parse';
import type { Column } from './csvColumns.ts';
import { columnsOfHeader, ImportFileError, leadOfCsvRow } from './leadOfCsvRow.ts';

/** One row of the file, numbered from 1; `fault` says why it is no lead. `text` is what identifies it. */
export interface Row {
  readonly number: number;
  readonly text: string;
  readonly lead: Record<string, unknown> | null;
  readonly fault: string | null;
}

export interface ReadOptions {
  /** CSV headers of the file → columns of `csvColumns`. */
  readonly mapping?: Readonly<Record<string, string>>;
}

/**
 * Reads a file of leads row by row, whatever its size: CSV when its name ends in `.csv`, otherwise NDJSON (a JSON object a line, empty
 * lines are passed over). A row that cannot be read comes with its fault; a file that cannot, throws `ImportFileError`.
 */
export async function* readRows(file: string, options: ReadOptions = {}): AsyncGenerator<Row> {
  const handle = await open(file).catch((error: Error) => {
    throw new ImportFileError(`${file} cannot be read: ${error.message}`);
  });
  const input = handle.createReadStream();
  try {
    if (!(await handle.stat()).isFile()) throw new ImportFileError(`${file} is no file.`);
    yield* /\.csv$/i.test(file) ? readCsv(file, input, options) : readNdjson(input);
  } finally {
    input.destroy();
  }
}

async function* readNdjson(input: Readable): AsyncGenerator<Row> {
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const text = number === 0 ? line.replace(/^\uFEFF/, '') : line;
    if (text.trim() === '') continue;
    number += 1;
    yield { number, text, ...parsed(text) };
  }
}

function parsed(text: string): Pick<Row, 'lead' | 'fault'> {
  try {
    const lead: unknown = JSON.parse(text);
    if (typeof lead === 'object' && lead !== null && !Array.isArray(lead)) {
      return { lead: lead as Record<string, unknown>, fault: null };
    }
  } catch {
    // Not JSON: the same fault as a JSON value that is no object.
  }
  return { lead: null, fault: 'The line is no JSON object.' };
}

async function* readCsv(file: string, input: Readable, { mapping }: ReadOptions): AsyncGenerator<Row> {
  const records = parse({ bom: true, relax_column_count: true, skip_empty_lines: true, trim: true });
  // What goes wrong is thrown where the records are read.
  pipeline(input, records, () => undefined);
  let columns: (Column | null)[] | undefined;
  let number = 0;
  try {
    for await (const cells of records as AsyncIterable<string[]>) {
      if (!columns) {
        columns = columnsOfHeader(cells, mapping);
        continue;
      }
      number += 1;
      yield { number, text: JSON.stringify(cells), ...converted(columns, cells) };
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_')) {
      throw new ImportFileError(`${file} is no CSV file after row ${number}: ${error.message}`);
    }
    throw error;
  }
}

function converted(columns: readonly (Column | null)[], cells: readonly string[]): Pick<Row, 'lead' | 'fault'> {
  if (cells.length > columns.length) {
    return { lead: null, fault: `The row has ${cells.length} cells, the header has ${columns.length}.` };
  }
  try {
    return { lead: leadOfCsvRow(columns, cells), fault: null };
  } catch (error) {
    return { lead: null, fault: error instanceof Error ? error.message : String(error) };
  }
}
