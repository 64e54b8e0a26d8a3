import { type DemoLead, demoEpoch } from './demoLead.ts';
import { phoneOfRun } from './phoneBook.ts';

/** Which of the demo's runs a lead is posted in, when, and by how many leads of a thousand a run is larger than the file. */
export interface DemoRun {
  /** 0 is the file as it stands; each later run on the same data has the next number. */
  readonly number: number;
  readonly startedAt: Date;
  /** Thousands of leads in a run, rounded up. */
  readonly scale: number;
}

/**
 * The lead as a run posts it. The platform takes phone, e-mail or external id that it saw in the last 30 days for the same lead, so each
 * run on the same data gets its own, made from the run's number: who shared a phone in the file still shares one, and nobody shares one
 * with another run. The consent is moved to the time of the run, as if the form had just been sent.
 */
export function leadOfRun(lead: DemoLead, run: DemoRun): DemoLead {
  const shift = run.startedAt.getTime() - demoEpoch.getTime();
  const { contact, consent } = lead;
  return {
    ...lead,
    externalId: run.number === 0 ? lead.externalId : `${lead.externalId}-r${run.number}`,
    contact: {
      ...contact,
      ...(contact.phone !== undefined && { phone: phoneOfRun(contact.phone, run.number, run.scale) }),
      ...(contact.email !== undefined && { email: emailOfRun(contact.email, run.number) }),
    },
    consent: { ...consent, givenAt: new Date(new Date(consent.givenAt).getTime() + shift).toISOString() },
  };
}

function emailOfRun(email: string, run: number): string {
  return run === 0 || !email.endsWith('@example.com') ? email : email.replace('@example.com', `.r${run}@example.com`);
}
