import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../config.ts';

/** An operation that a client was promised. */
export interface PersistedOperation {
  readonly id: string;
  readonly name: string;
}

/** Finds an operation in a client's committed manifest. Throws where there is none of this name. */
export function persistedOperation(client: string, name: string): PersistedOperation {
  const file = join(PROJECT_ROOT, 'schema/operations', client, 'manifest.json');
  const { operations } = JSON.parse(readFileSync(file, 'utf8')) as { operations: PersistedOperation[] };
  const found = operations.find((each) => each.name === name);
  if (!found) throw new Error(`${file} has no operation ${name}; run "npm run operations -- manifest".`);
  return found;
}
