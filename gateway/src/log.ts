import { type Logger, pino } from 'pino';

export type { Logger };

/** The gateway's log: one JSON object a line. Variables, tokens and response data are never given to it; headers are redacted as well. */
export function createLogger(options: { level: string }): Logger {
  return pino({
    name: 'gateway',
    level: options.level,
    redact: { paths: ['authorization', '*.authorization', '*.*.authorization', 'variables', '*.variables'] },
  });
}
