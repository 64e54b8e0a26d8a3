import { z } from 'zod';
import { EmulatorSettings } from './openai/settings.js';

export interface EmulatorConfig {
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  /** Keys that are let in; null lets in every key of the form `sk-…`. */
  readonly apiKeys: ReadonlySet<string> | null;
  readonly settings: EmulatorSettings;
}

const settingNames: Record<keyof EmulatorSettings, string> = {
  latencyMs: 'EMULATOR_LATENCY_MS',
  latencySpread: 'EMULATOR_LATENCY_SPREAD',
  failureRate: 'EMULATOR_FAILURE_RATE',
  slowRate: 'EMULATOR_SLOW_RATE',
  slowMs: 'EMULATOR_SLOW_MS',
  malformedRate: 'EMULATOR_MALFORMED_RATE',
  rateLimitRate: 'EMULATOR_RATE_LIMIT_RATE',
  requestsPerMinute: 'EMULATOR_REQUESTS_PER_MINUTE',
  tokensPerMinute: 'EMULATOR_TOKENS_PER_MINUTE',
};

const Server = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4010),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  EMULATOR_API_KEYS: z.string().optional(),
});

/** Reads the emulator's environment; throws one error that lists every fault. */
export function readConfig(env: NodeJS.ProcessEnv): EmulatorConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const numbers: Record<string, number> = {};
  for (const [name, variable] of Object.entries(settingNames)) {
    if (given[variable] !== undefined) numbers[name] = Number(given[variable]);
  }
  const server = Server.safeParse(given);
  const settings = EmulatorSettings.safeParse(numbers);
  if (!server.success || !settings.success) {
    const faults = [
      ...(server.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
      ...(settings.error?.issues ?? []).map(
        (issue) => `${settingNames[issue.path[0] as keyof EmulatorSettings]}: ${issue.message}`,
      ),
    ];
    throw new Error(`The emulator's environment is not usable:\n  ${faults.join('\n  ')}`);
  }
  const keys = server.data.EMULATOR_API_KEYS?.split(',').map((key) => key.trim());
  return {
    host: server.data.HOST,
    port: server.data.PORT,
    logLevel: server.data.LOG_LEVEL,
    apiKeys: keys ? new Set(keys.filter((key) => key !== '')) : null,
    settings: settings.data,
  };
}
