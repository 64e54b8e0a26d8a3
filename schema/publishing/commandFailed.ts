/** Why a command cannot do what it was told; the message is for the person who called it. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  /** What the process ends with: 1, or 2 where the call itself was wrong. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
