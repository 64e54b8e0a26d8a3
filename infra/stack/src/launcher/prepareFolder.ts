import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes the folder of a stack. Others may pass through it, because PostgreSQL runs as another user when this one is root; keys and data have modes of their own that let
 * nobody read them.
 */
export function prepareFolder(folder: string): void {
  for (const each of [folder, join(folder, 'logs'), join(folder, 'data')]) mkdirSync(each, { recursive: true });
  chmodSync(folder, 0o711);
  chmodSync(join(folder, 'data'), 0o755);
}
