import { type StatsListener, unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type KeySet, parseKeySet } from './keySet.js';

export interface KeyFileEvents {
  changed(keys: KeySet): void;
  failed(error: unknown): void;
}

/** Reads a file of keys again each time its status changes, which also sees one that was replaced. Returns the function that ends it. */
export function watchKeyFile(file: string, pollMs: number, events: KeyFileEvents): () => void {
  let reading: Promise<void> = Promise.resolve();
  let isOver = false;
  const read = async () => {
    try {
      const keys = parseKeySet(await readFile(file, 'utf8'));
      if (!isOver) events.changed(keys);
    } catch (error) {
      // Key material: what was found is not logged.
      const { code, name } = error as NodeJS.ErrnoException;
      if (!isOver) events.failed(new Error(`the file is not readable or no JSON Web Key Set (${code ?? name})`));
    }
  };
  const onChange: StatsListener = () => {
    reading = reading.then(read);
  };
  watchFile(file, { interval: pollMs, persistent: false }, onChange);
  return () => {
    isOver = true;
    unwatchFile(file, onChange);
  };
}
