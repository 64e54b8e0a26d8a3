import type { Launch } from '../processes/managedProcess.ts';

/** One program of the stack: how to start it and how to see that it is ready. */
export interface ServiceDefinition {
  readonly name: string;
  /** Where it listens. */
  readonly port: number;
  /** Called before each start: prepares what it needs (data folders, leftovers of an earlier run) and says how to run it. */
  prepare(): Promise<Launch>;
  /** Resolves once it answers, rejects as long as it does not. */
  probe(): Promise<unknown>;
  readonly readyTimeoutMs: number;
  /** A start that failed with this in its log is tried again: the reason passes by itself. */
  readonly passingFailure?: RegExp;
}

/** What every definition is made from. */
export interface ServiceSurroundings {
  readonly port: number;
  /** Where its data are kept. */
  readonly dataDir: string;
  readonly logFile: string;
  /** The environment its process inherits. */
  readonly env: NodeJS.ProcessEnv;
  /** Tells the user about something that takes a while. */
  readonly say: (line: string) => void;
}
