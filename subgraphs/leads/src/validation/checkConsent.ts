import type { Line } from '@leadgraph/schema';
import type { CertificateType, ConsentSubmission } from '../intake/submission.js';
import { type Problem, problem } from './problem.js';

/** How far a submitter's clock may run ahead. */
const CLOCK_SKEW_MS = 5 * 60_000;

const TRUSTEDFORM_URL = /^https:\/\/cert\.trustedform\.com\/[\w-]+$/;
const JORNAYA_TOKEN = /^[\dA-Za-z-]{36}$/;

/**
 * Judges the consent that came with a lead (domain reference: Consent). No consent, or one that names no channel, no seller where sellers have
 * to be named, or lies in the future, is as good as none: CONSENT_MISSING.
 */
export function checkConsent(consent: ConsentSubmission | null, line: Line, now: Date): Problem[] {
  if (!consent) return [problem('CONSENT_MISSING', 'consent')];
  const problems: Problem[] = [];
  const missing = (field: string, message: string) =>
    problems.push(problem('CONSENT_MISSING', `consent.${field}`, message));

  if (consent.text.trim() === '') missing('text', 'Give the words that the person agreed to.');
  if (consent.channels.length === 0) missing('channels', 'Name at least one channel that the person agreed to.');
  if (consent.givenAt.getTime() > now.getTime() + CLOCK_SKEW_MS) {
    missing('givenAt', 'The consent lies in the future; give the time at which the person gave it.');
  }
  if (line === 'MEDICARE' && consent.scope !== 'NAMED_SELLERS') {
    missing('scope', 'Medicare leads need a consent that names its sellers (NAMED_SELLERS).');
  } else if (consent.scope === 'NAMED_SELLERS' && consent.sellers.length === 0) {
    missing('sellers', 'The consent is for named sellers: give the ids of their agencies.');
  }
  if (!isCertificate(consent.certificateType, consent.certificateRef)) {
    problems.push(
      problem('CONSENT_CERTIFICATE_INVALID', 'consent.certificateRef', CERTIFICATE_SENTENCES[consent.certificateType]),
    );
  }
  return problems;
}

const CERTIFICATE_SENTENCES: Record<CertificateType, string> = {
  TRUSTEDFORM: 'Give the URL of the TrustedForm certificate; it begins with https://cert.trustedform.com/.',
  JORNAYA: 'Give the Jornaya token of the visit; it has 36 characters.',
  INTERNAL: 'Give the reference under which you keep the proof of the consent.',
};

function isCertificate(type: CertificateType, ref: string | null): boolean {
  if (ref === null) return false;
  if (type === 'TRUSTEDFORM') return TRUSTEDFORM_URL.test(ref);
  if (type === 'JORNAYA') return JORNAYA_TOKEN.test(ref);
  return true;
}
