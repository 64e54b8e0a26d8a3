import { GraphQLLocalDate } from 'graphql-scalars';
import { Field, InputType } from 'type-graphql';
import { DomainError } from '../errors.js';

const DAY_MS = 86_400_000;
/** The most days that one report covers. */
export const LONGEST_RANGE_DAYS = 366;

/** A day, YYYY-MM-DD. */
export const LocalDate = GraphQLLocalDate;

@InputType({ description: 'Days of a report. Days are UTC days, whatever time zone anybody is in. At most 366.' })
export class ReportRange {
  @Field(() => LocalDate, { description: 'The first day (UTC), YYYY-MM-DD.' })
  from: string;

  @Field(() => LocalDate, { description: 'The last day (UTC), included.' })
  to: string;
}

/** Passes the range on, or throws BAD_USER_INPUT for one that ends before it begins or is too long. */
export function checkedRange({ from, to }: ReportRange): { from: string; to: string } {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  if (days >= 1 && days <= LONGEST_RANGE_DAYS) return { from, to };
  throw new DomainError(
    'BAD_USER_INPUT',
    days < 1 ? 'The range ends before it begins.' : `A report covers at most ${LONGEST_RANGE_DAYS} days.`,
    { field: 'range' },
  );
}
