import { ask } from '../gateways/ask.ts';

/** Asks for an operation and resolves with the milliseconds until the answer was there. Throws when the answer is an error. */
export async function timeOperation(port: number, text: string, token: string): Promise<number> {
  const body = JSON.stringify({ query: text });
  const began = performance.now();
  const answer = await ask(port, body, token);
  const milliseconds = performance.now() - began;
  if (answer.status !== 200 || !answer.body.startsWith('{"data":{') || answer.body.includes('"errors":')) {
    throw new Error(`The gateway does not answer ${text} (${answer.status}): ${answer.body.slice(0, 1000)}`);
  }
  return milliseconds;
}
