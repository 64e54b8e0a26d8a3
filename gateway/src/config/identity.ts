import { readFileSync } from 'node:fs';
import { CLIENTS_BUCKET } from '@leadgraph/schema/clients';
import { z } from 'zod';
import { reasonOf } from '../errors/reasonOf.js';
import { type KeySet, parseKeySet } from '../identity/keySet.js';
import { parseSigningKey, type SigningKey } from '../identity/signingKey.js';
import { httpUrl, readBy, type Values } from './values.js';

/** The header of clients' keys, unless it is called otherwise. */
export const KEY_HEADER = 'x-partner-key';

/** A file and what has been read of it. Its faults name the file, and never say what was found: it holds key material. */
function keyFile<T>(parse: (text: string) => T) {
  return readBy((file) => {
    const text = readFileSync(file, 'utf8');
    try {
      return { file, key: parse(text) };
    } catch (error) {
      throw new Error(`${file} is ${reasonOf(error)}`);
    }
  });
}

export const identityVariables = {
  GATEWAY_SIGNING_KEY_FILE: keyFile(parseSigningKey).optional(),
  JWKS_FILE: keyFile(parseKeySet).optional(),
  JWKS_URL: httpUrl.optional(),
  JWT_ISSUER: z.string().default('leadgraph-local'),
  JWT_AUDIENCE: z.string().default('leadgraph'),
  CLIENTS_FILE: z.string().optional(),
  OPERATIONS_FOLDER: z.string().optional(),
  CLIENTS_BUCKET: z
    .string()
    .regex(/^[\w-]+$/, 'give letters, digits, - and _')
    .default(CLIENTS_BUCKET),
  CLIENT_KEY_HEADER: z
    .string()
    .regex(/^(?!authorization$)[\w-]+$/i, 'give the name of a header other than authorization')
    .default(KEY_HEADER),
  CURSOR_KEY: z
    .string()
    .regex(/^[0-9a-fA-F]{64,}$/, 'give at least 32 bytes in hex')
    .optional(),
};

/** How clients are known, and what is signed for subgraphs and for clients. */
export interface IdentityConfig {
  /** Without it subgraphs get no token. */
  readonly signingKey: SigningKey | undefined;
  /** Where it is read anew when it changes. */
  readonly signingKeyFile: string | undefined;
  /** Without it no client token can be checked, and requests that carry one are refused. */
  readonly clientTokens: ClientTokens | undefined;
  /** Where clients' keys and manifests are. */
  readonly clients: ClientsConfig;
  /** What cursors and tickets are signed with; undefined: derived from the signing key or, without one, random and good until the process ends. */
  readonly cursorKey: Buffer | undefined;
}

/** Whose tokens are believed. */
export interface ClientTokens {
  readonly keys: KeySet | URL;
  /** Where the keys come from, to be read again when it changes. */
  readonly file?: string | undefined;
  readonly issuer: string;
  readonly audience: string;
}

export interface ClientsConfig {
  /** Files are named on purpose, so they win over NATS; of the two, one is enough. */
  readonly file: string | undefined;
  readonly operationsFolder: string | undefined;
  /** The key-value bucket in NATS. */
  readonly bucket: string;
  /** The header of clients' keys, in lower case. */
  readonly keyHeader: string;
}

export function identityConfig(values: Values<typeof identityVariables>): IdentityConfig {
  const { GATEWAY_SIGNING_KEY_FILE: signing, CURSOR_KEY: cursorKey } = values;
  return {
    signingKey: signing?.key,
    signingKeyFile: signing?.file,
    clientTokens: clientTokens(values),
    clients: {
      file: values.CLIENTS_FILE,
      operationsFolder: values.OPERATIONS_FOLDER,
      bucket: values.CLIENTS_BUCKET,
      keyHeader: values.CLIENT_KEY_HEADER.toLowerCase(),
    },
    cursorKey: cursorKey === undefined ? undefined : Buffer.from(cursorKey, 'hex'),
  };
}

function clientTokens(values: Values<typeof identityVariables>): ClientTokens | undefined {
  const { JWKS_FILE: inFile, JWKS_URL: url, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = values;
  if (inFile) return { keys: inFile.key, file: inFile.file, issuer, audience };
  return url === undefined ? undefined : { keys: new URL(url), issuer, audience };
}
