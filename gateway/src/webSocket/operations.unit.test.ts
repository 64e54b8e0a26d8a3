import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { OperationTypeNode } from 'graphql';
import { expect, it } from 'vitest';
import { RequestRefused } from '../errors/requestRefused.js';
import { createLogger } from '../log.js';
import { createOperations } from './operations.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function memoryInUse(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

it('the texts that clients send are kept within bounds, and none that is no subscription', () => {
  const log = createLogger({ level: 'silent' });
  const checkVariables = () => {};
  const found = { type: OperationTypeNode.SUBSCRIPTION, checkVariables };
  const find = ({ text }: { text: string }) => {
    if (text.startsWith('subscription')) return found;
    throw new RequestRefused('GRAPHQL_PARSE_FAILED', 'no');
  };
  const slot = { current: { operations: { find } } };
  const options = { slot, log, metrics: { countError() {} }, subscriptionsPerConnection: 10 };
  const operations = createOperations(options as never);
  const before = memoryInUse();
  for (let n = 0; n < 900; n++) {
    const word = n % 2 === 0 ? 'subscription' : 'nonsense';
    const query = Buffer.alloc(1_000_000, `${word} ${n} `).toString('latin1');
    operations.begin({ operations: 0 } as never, '1', { query });
  }
  // Of 900 MB; buffers are given back a little later.
  expect(memoryInUse() - before).toBeLessThan(100e6);
});
