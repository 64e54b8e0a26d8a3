import { Worker } from 'node:worker_threads';
import type { SupergraphReply } from './plannerProtocol.js';
import { SupergraphRefused } from './supergraphRefused.js';
import { workerFile } from './workerFile.js';

/** Lets ApolloGateway load a supergraph, in a thread that ends afterwards, and gives the SDL that it hands over. Rejects with `SupergraphRefused` when it does not load. */
export function loadWithApolloGateway(supergraphSdl: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(workerFile('supergraphWorker'), {
      workerData: supergraphSdl,
      env: { APOLLO_TELEMETRY_DISABLED: 'true' },
    });
    thread.once('message', (reply: SupergraphReply) => {
      if (reply.kind === 'loaded') resolve(reply.sdl);
      else reject(new SupergraphRefused(reply.reason));
      void thread.terminate();
    });
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the thread that loads the supergraph ended')));
  });
}
