import type { GatewayConfig } from '../config.js';
import type { NatsLink } from '../eventSource/jetStream/natsLink.js';
import type { Logger } from '../log.js';
import type { WatchedClients } from './clientDirectory.js';
import { clientsInFiles } from './clientsInFiles.js';
import { clientsInNats } from './clientsInNats.js';

/** The directory that the configuration asks for: files where they are named, else NATS where there is one, else none. */
export function createClientDirectory(
  { clients, filesPollMs }: Pick<GatewayConfig, 'clients' | 'filesPollMs'>,
  link: NatsLink | undefined,
  log: Logger,
): WatchedClients | undefined {
  const { file, operationsFolder, bucket } = clients;
  if (file !== undefined || operationsFolder !== undefined) {
    return clientsInFiles({ clientsFile: file, operationsFolder, pollMs: filesPollMs, log });
  }
  return link && clientsInNats({ link, log, bucket });
}
