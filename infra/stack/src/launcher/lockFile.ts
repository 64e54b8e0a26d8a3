import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isRunning } from '../processes/isRunning.ts';

/** What a running launcher writes down about itself. */
export interface LockContent {
  readonly pid: number;
  /** Of the gateway. */
  readonly url: string;
}

export type LockResult =
  | { readonly held: true /** An earlier launcher was killed. */; readonly afterCrash: boolean; release(): void }
  | { readonly held: false; readonly by: LockContent };

/** Takes the lock of a stack's folder. A lock whose process is gone, or has become another program, is taken over. */
export function takeLock(file: string, content: LockContent): LockResult {
  let afterCrash = false;
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify(content), { flag: 'wx' });
      return { held: true, afterCrash, release: () => rmSync(file, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const by = read(file);
    if (by && by.pid !== process.pid && isRunning(by.pid, 'start.ts')) return { held: false, by };
    afterCrash = true;
    rmSync(file, { force: true });
  }
}

function read(file: string): LockContent | undefined {
  try {
    const content = JSON.parse(readFileSync(file, 'utf8')) as Partial<LockContent>;
    return typeof content.pid === 'number' ? { pid: content.pid, url: String(content.url) } : undefined;
  } catch {
    return undefined;
  }
}
