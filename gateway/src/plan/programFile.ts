import { existsSync } from 'node:fs';

/** The file of a thread or a process in this folder: built, or its source when the gateway runs from source (Node takes the types out by itself). */
export function programFile(name: string): URL {
  const built = new URL(`./${name}.js`, import.meta.url);
  return existsSync(built) ? built : new URL(`./${name}.ts`, import.meta.url);
}
