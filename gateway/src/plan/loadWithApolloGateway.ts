import { fork } from 'node:child_process';
import type { SupergraphReply } from './plannerProtocol.js';
import { programFile } from './programFile.js';
import { SupergraphRefused } from './supergraphRefused.js';

/**
 * Lets ApolloGateway load a supergraph, in a process that ends afterwards, and gives the SDL that it hands over. Rejects with `SupergraphRefused` when it does
 * not load.
 */
export function loadWithApolloGateway(supergraphSdl: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const loader = fork(programFile('supergraphProcess'), {
      env: { APOLLO_TELEMETRY_DISABLED: 'true' },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    loader.once('message', (reply: SupergraphReply) => {
      if (reply.kind === 'loaded') resolve(reply.sdl);
      else reject(new SupergraphRefused(reply.reason));
    });
    loader.once('error', reject);
    loader.once('exit', (code, signal) =>
      reject(new Error(`the process that loads the supergraph ended (${signal ?? code})`)),
    );
    loader.send(supergraphSdl, (error) => {
      if (error) reject(error);
    });
  });
}
