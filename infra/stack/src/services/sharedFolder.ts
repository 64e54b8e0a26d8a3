import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const SHARED = '/var/tmp';

/**
 * A folder that other users can enter, always the same for the same `what`: for files PostgreSQL's user needs while the project lies where only root can go. Refuses a
 * folder that somebody else made there first.
 */
export function sharedFolder(what: string): string {
  const folder = join(SHARED, `leadgraph-${createHash('sha256').update(what).digest('hex').slice(0, 12)}`);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const stats = lstatSync(folder);
  if (!stats.isDirectory() || stats.uid !== process.getuid?.()) {
    throw new Error(`${folder} belongs to somebody else. Remove it, then start again.`);
  }
  return folder;
}
