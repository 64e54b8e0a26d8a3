import { readFile, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

export interface WatchFileOptions {
  /** How often the file's status is looked at. */
  readonly pollMs: number;
  /** Is given what stands in the file. */
  readonly changed: (text: string) => Promise<void> | void;
  /** Is given why the file cannot be read, or what `changed` has thrown. */
  readonly failed: (error: unknown) => void;
}

/**
 * Reads a file now, since it may have changed after it was read for the configuration, and again each time it changes, one reading at a time. Looks at the file's status instead of listening for events: this also sees a file replaced by a rename or reached
 * through an exchanged symbolic link (Kubernetes), on every file system. Returns the function that ends it, after which nothing is called any more.
 */
export function watchFile(file: string, { pollMs, changed, failed }: WatchFileOptions): () => void {
  const closing = new AbortController();
  const { signal } = closing;
  void follow();
  return () => closing.abort();

  async function follow(): Promise<void> {
    for (let seen: string | undefined; !signal.aborted; ) {
      const status = await fileStatus(file).catch(() => 'not to be read');
      if (status !== seen) await read();
      seen = status;
      await delay(pollMs, undefined, { signal, ref: false }).catch(() => {}); // ended meanwhile
    }
  }

  async function read(): Promise<void> {
    try {
      const text = await readFile(file, 'utf8');
      if (!signal.aborted) await changed(text);
    } catch (error) {
      if (!signal.aborted) failed(error);
    }
  }
}

/** Another text each time when a file is written or replaced. Rejects when there is none. */
export async function fileStatus(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path);
  return `${mtimeMs} ${size} ${ino}`;
}
