import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

const ITERATIONS = 4096;

/**
 * What PostgreSQL stores of a role's password (RFC 5803, `SCRAM-SHA-256$…`). PostgreSQL and PgBouncer are given the same one, made here, because PgBouncer can log in
 * for its clients only with the very secret that PostgreSQL has. The salt follows from the role and its password, so the secret stays the same from start to start.
 * For passwords of ASCII letters and digits.
 */
export function scramSecret(role: string, password: string): string {
  const salt = createHmac('sha256', password).update(`leadgraph ${role}`).digest().subarray(0, 16);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const key = (name: string) => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(key('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${key('Server Key').toString('base64')}`;
}
