import v8 from 'node:v8';
import vm from 'node:vm';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as (options?: { type: 'minor' }) => void;

export interface Cost {
  readonly milliseconds: number;
  readonly megabytes: number;
}

/** What an attack costs in this process, the sender included: the least of three, since the first ones compile code. */
export async function costOf(send: () => Promise<unknown>): Promise<Cost> {
  const costs = [await costOnce(send), await costOnce(send), await costOnce(send)];
  return {
    milliseconds: Math.min(...costs.map(({ milliseconds }) => milliseconds)),
    megabytes: Math.min(...costs.map(({ megabytes }) => megabytes)),
  };
}

/** Of one request, sending it and reading the answer included: of processor time, so that what else the machine does is not counted, and of memory, what is held when it is answered, old garbage included. Young garbage is not: whether it has been collected by then is chance, and collecting it is in the time. */
async function costOnce(send: () => Promise<unknown>): Promise<Cost> {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  const began = process.cpuUsage();
  await send();
  const { user, system } = process.cpuUsage(began);
  collectGarbage({ type: 'minor' });
  const after = process.memoryUsage();
  return {
    milliseconds: (user + system) / 1_000,
    megabytes: (after.heapUsed + after.external - heapUsed - external) / 1_000_000,
  };
}
