/** What an error says, for logs and for who starts the process. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
