import { z } from 'zod';

/** The first faults that zod found, in one line. */
export function describeIssues({ issues }: z.ZodError): string {
  const lines = issues
    .slice(0, 3)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
  return `${lines.join('; ')}${issues.length > 3 ? `; and ${issues.length - 3} more` : ''}`;
}
