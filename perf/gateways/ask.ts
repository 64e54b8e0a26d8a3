import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** Bytes of the body. */
  readonly length: number;
}

/** One POST to a gateway, with the same headers as the load's. */
export function ask(port: number, body: string, token: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json',
      'x-tenant': 'perf',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request({ host: '127.0.0.1', port, path: '/graphql', method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const whole = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, body: whole.toString('utf8'), length: whole.length });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
