import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';

/** Where the requests of a pool go. */
export interface Http1Origin {
  readonly host: string;
  readonly port: number;
  /** Request line and host: what every request begins with. */
  readonly prefix: string;
  /** Undefined for http:. Made once: reading the authorities' certificates takes milliseconds. */
  readonly secureContext: SecureContext | undefined;
}

/** Takes a socket's bytes; they are overwritten afterwards. */
export type BytesReader = (length: number, bytes: Buffer) => void;

const RECEIVE_BYTES = 256 * 1024;
const receiveBuffer = Buffer.allocUnsafeSlow(RECEIVE_BYTES);

/** The origin and target that the URL names. `ca` (PEM) replaces the built-in authorities. Throws a TypeError for other protocols than http: and https:. */
export function http1Origin(url: URL, ca?: string): Http1Origin {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError(`cannot post to ${url.protocol} URLs`);
  const secure = url.protocol === 'https:';
  return {
    // An IPv6 address stands in brackets in URLs and in the host field, not in socket addresses.
    host: url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    prefix: `POST ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n`,
    secureContext: secure ? createSecureContext({ ca }) : undefined,
  };
}

/** Opens a connection. `read` gets what comes; `ready` is called once requests can be written. */
export function openSocket(origin: Http1Origin, ready: () => void, read: BytesReader): Socket {
  const { host, port, secureContext } = origin;
  if (secureContext) {
    const socket = connectTls({
      host,
      port,
      secureContext,
      // SNI takes no addresses (RFC 6066 §3); the certificate is then checked against the address itself.
      servername: isIP(host) ? '' : host,
      ALPNProtocols: ['http/1.1'],
    });
    socket.setNoDelay(true);
    socket.once('secureConnect', ready);
    socket.on('data', (bytes: Buffer) => read(bytes.length, bytes));
    return socket;
  }
  const socket = connectTcp({
    host,
    port,
    noDelay: true,
    onread: {
      buffer: ownBuffer() ?? receiveBuffer,
      callback: (length, bytes) => {
        read(length, bytes as Buffer);
        return true;
      },
    },
  });
  socket.once('connect', ready);
  return socket;
}

/**
 * Whether a connection needs a buffer of its own. On Unix the bytes are read right before the callback and the parser copies what it keeps, so all
 * connections share one buffer, large enough for most bodies at once and always in the processor's cache. Windows may read ahead of the callback.
 */
function ownBuffer(): Buffer | undefined {
  return process.platform === 'win32' ? Buffer.allocUnsafeSlow(RECEIVE_BYTES / 4) : undefined;
}
