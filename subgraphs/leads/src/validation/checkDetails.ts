import type { Line } from '@leadgraph/schema';
import { type DetailsMember, detailsMembers, type LeadDetails } from '../details/detailsSchema.js';
import type { Submission } from '../intake/submission.js';
import { type Problem, problem } from './problem.js';
import { isVin } from './vin.js';

/** The member of `details` that belongs to a line. */
export function memberOf(line: Line): DetailsMember {
  return line.toLowerCase() as DetailsMember;
}

/** The details of the submission's line, if they are given and nothing else is. */
export function checkDetails(submission: Submission): { details: LeadDetails | null; problems: Problem[] } {
  const { line } = submission;
  const member = memberOf(line);
  const given = detailsMembers.filter((name) => submission.details[name] !== null);
  const values = submission.details[member];
  if (given.length !== 1 || values === null) {
    return {
      details: null,
      problems: [
        problem(
          'DETAILS_LINE_MISMATCH',
          'details',
          `The line is ${line}: give details.${member} and no other member of details.`,
        ),
        ...checkVins(submission.details.auto),
      ],
    };
  }
  return { details: { member, values } as LeadDetails, problems: checkVins(submission.details.auto) };
}

function checkVins(auto: Submission['details']['auto']): Problem[] {
  return (auto?.vehicles ?? []).flatMap(({ vin }, index) =>
    vin === null || isVin(vin.toUpperCase()) ? [] : [problem('VIN_INVALID', `details.auto.vehicles.${index}.vin`)],
  );
}
