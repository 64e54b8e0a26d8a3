import { GraphQLLocalDate } from 'graphql-scalars';

/** A calendar day without a time, YYYY-MM-DD. */
export const LocalDate = GraphQLLocalDate;
