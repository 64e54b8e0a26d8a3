import { poolSize } from '../shop/catalogue.ts';
import { bodyOf, type Operation } from '../shop/operations.ts';
import { httpRequest } from './httpRequest.ts';

/** The requests of an operation, one after the other: always the same one, or one for each product of the pool and then from the start again. */
export function requestsOf(operation: Operation, token: string): () => Buffer {
  const count = operation.variablesOf ? poolSize : 1;
  const requests = Array.from({ length: count }, (_, number) => httpRequest(bodyOf(operation, number), token));
  const [first = Buffer.alloc(0)] = requests;
  let at = 0;
  return () => {
    at = (at + 1) % count;
    return requests[at] ?? first;
  };
}
