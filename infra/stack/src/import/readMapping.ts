import { readFile } from 'node:fs/promises';
import { ImportFileError } from './leadOfCsvRow.ts';

/** Reads `--map`: a JSON object from headers of the file to columns. Throws `ImportFileError` when it is not one. */
export async function readMapping(file: string): Promise<Record<string, string>> {
  try {
    const mapping: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (
      typeof mapping === 'object' &&
      mapping !== null &&
      Object.values(mapping).every((column) => typeof column === 'string')
    ) {
      return mapping as Record<string, string>;
    }
  } catch (error) {
    throw new ImportFileError(`${file} cannot be read as a mapping: ${(error as Error).message}`);
  }
  throw new ImportFileError(`${file} is no mapping; it has to be a JSON object such as {"Phone Number": "phone"}.`);
}
