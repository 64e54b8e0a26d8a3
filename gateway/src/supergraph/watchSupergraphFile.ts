import { type StatsListener, unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { SupergraphSlot } from './supergraphSlot.js';

/**
 * Loads the file into the slot each time it changes, one load at a time; what changes during a load is loaded after it. Looks at the file's status
 * every `pollMs` instead of listening for events: this also sees a file replaced by a rename or reached through an exchanged symbolic link
 * (Kubernetes), on every file system. Returns the function that ends it.
 */
export function watchSupergraphFile(file: string, slot: SupergraphSlot, pollMs: number): () => void {
  let loading: Promise<void> = Promise.resolve();
  let waiting = false;

  const reload = async () => {
    waiting = false;
    let sdl: string;
    try {
      sdl = await readFile(file, 'utf8');
    } catch (error) {
      slot.reportFailure(error);
      return;
    }
    await slot.replace(sdl).catch(() => {}); // reported by the slot
  };
  const onChange: StatsListener = () => {
    if (waiting) return;
    waiting = true;
    loading = loading.then(reload);
  };

  watchFile(file, { interval: pollMs, persistent: false }, onChange);
  return () => unwatchFile(file, onChange);
}
