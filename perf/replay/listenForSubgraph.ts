import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Recordings } from './recordings.ts';
import { RequestReader } from './requestReader.ts';

/** Answers for one subgraph on a port of its own, from its recordings. Resolves with the port. */
export async function listenForSubgraph(recordings: Recordings): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => serve(socket, recordings));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, resolve);
  });
  return (server.address() as AddressInfo).port;
}

function serve(socket: Socket, recordings: Recordings): void {
  // Gateways wait for the answer before they send the next request on a connection: answers cannot overtake each other.
  const reader = new RequestReader((body) => {
    const answer = recordings.find(body);
    if (answer) socket.write(answer);
    else recordings.record(body).then((recorded) => socket.write(recorded), give);
  });
  const give = (error: unknown) => {
    console.error(error);
    socket.destroy();
  };
  socket.setEncoding('latin1');
  socket.on('data', (text: unknown) => {
    try {
      reader.read(text as string);
    } catch (error) {
      give(error);
    }
  });
  socket.on('error', () => {}); // a gateway that ends
}
