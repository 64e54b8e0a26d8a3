import { disposableEmailBlocklistSet } from 'disposable-email-domains-js';
import { z } from 'zod';
import { type Problem, problem } from './problem.js';

const Email = z.email().max(254);

/** Built once: the library's own check makes the set of some 5,000 domains anew at each call. */
const disposableDomains = disposableEmailBlocklistSet();

/** Checks an email address as it was typed and answers it in the form in which it is kept (trimmed, domain in lower case). */
export function checkEmail(typed: string, field: string): { address: string } | Problem {
  const trimmed = typed.trim();
  const at = trimmed.lastIndexOf('@');
  const domain = trimmed.slice(at + 1).toLowerCase();
  const address = `${trimmed.slice(0, at)}@${domain}`;
  if (at < 1 || !Email.safeParse(address).success) return problem('EMAIL_INVALID', field);
  if (isDisposable(domain)) return problem('EMAIL_DISPOSABLE', field);
  return { address };
}

/** The list names registrable domains; mail to their subdomains ends in the same place. */
function isDisposable(domain: string): boolean {
  const labels = domain.split('.');
  for (let from = 0; from < labels.length - 1; from += 1) {
    if (disposableDomains.has(labels.slice(from).join('.'))) return true;
  }
  return false;
}
