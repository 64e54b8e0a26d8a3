// Preloaded into every process that is started here: none goes on when the one that started it is gone, even by SIGKILL.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) process.on('disconnect', () => process.exit());
