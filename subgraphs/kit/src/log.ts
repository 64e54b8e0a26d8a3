import { type Logger, pino } from 'pino';
import { currentScope } from './requestScope.js';

export type { Logger };

/** Field names whose values never reach a log, wherever they stand (two levels deep). */
const personal = [
  'authorization',
  'email',
  'phone',
  'firstName',
  'lastName',
  'dateOfBirth',
  'street',
  'vin',
  'notes',
  'contact',
  'ip',
  'userAgent',
  'variables',
  'parameters',
];

/** The service's structured log: one JSON object a line, with the request id of the work at hand and without personal data. */
export function createLogger(options: { name: string; level: string }): Logger {
  return pino({
    name: options.name,
    level: options.level,
    redact: { paths: personal.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
    mixin: () => {
      const scope = currentScope();
      return scope ? { requestId: scope.requestId } : {};
    },
    serializers: { err: serializeError, error: serializeError },
  });
}

/** An error for the log. A database error's `detail` and `parameters` hold row values, so only chosen fields are kept. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, constraint, table } = error as Error & Record<string, unknown>;
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(code !== undefined && { code }),
    ...(constraint !== undefined && { constraint }),
    ...(table !== undefined && { table }),
    ...(error.cause !== undefined && { cause: serializeError(error.cause) }),
  };
}
