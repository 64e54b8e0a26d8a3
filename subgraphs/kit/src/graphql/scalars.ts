import { GraphQLDateTimeISO, GraphQLJSONObject, GraphQLSafeInt } from 'graphql-scalars';

/** An instant in UTC as ISO 8601. */
export const DateTime = GraphQLDateTimeISO;
/** An integer up to 2^53 − 1: money in cents. */
export const SafeInt = GraphQLSafeInt;
export const JsonObject = GraphQLJSONObject;
