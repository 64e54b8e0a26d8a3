import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from './config.ts';

/** The partner that the local stack has a key of. */
export const LOCAL_PARTNER = 'acme';

export interface ProvidedClients {
  /** What the partner sends as `x-partner-key`; undefined where its keys have been changed since. */
  readonly key: string | undefined;
}

/**
 * Publishes the manifests of all clients in NATS, and sees to a partner whose key stands in `keyFile`, by the programs that do it by hand. A stack without them is a good stack: what could not be done is said.
 */
export async function provideClients({
  natsUrl,
  keyFile,
  env,
  say,
}: {
  readonly natsUrl: string;
  readonly keyFile: string;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
}): Promise<ProvidedClients> {
  const program = join(PROJECT_ROOT, 'schema/provideClients.ts');
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program, LOCAL_PARTNER, keyFile], {
      cwd: PROJECT_ROOT,
      env: { ...env, NATS_URL: natsUrl },
    });
    const { key, problems } = JSON.parse(stdout) as { key?: string; problems: readonly string[] };
    for (const problem of problems) say(`✗ ${problem}`);
    return { key };
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    say(`✗ The clients could not be published: ${stderr?.trim() || (error as Error).message}`);
    return { key: undefined };
  }
}
