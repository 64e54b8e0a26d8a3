import { type BreakingChange, BreakingChangeType } from 'graphql';

export interface ChangedCoordinate {
  /** The schema coordinate of what has changed. */
  readonly coordinate: string;
  /** The coordinate by whose use an operation is concerned: for a new required argument, that of its field. */
  readonly users: string;
}

type Pattern = readonly [RegExp, (...parts: string[]) => string | readonly [coordinate: string, users: string]];

/** graphql-js says what has changed in a sentence and nowhere else; a test goes through every kind, so that another wording does not pass unseen. */
const patterns: Readonly<Record<BreakingChangeType, Pattern>> = {
  [BreakingChangeType.TYPE_REMOVED]: [/^(?:Standard scalar )?(\w+) was removed/, (type) => `${type}`],
  [BreakingChangeType.TYPE_CHANGED_KIND]: [/^(\w+) changed from/, (type) => `${type}`],
  [BreakingChangeType.TYPE_REMOVED_FROM_UNION]: [
    /^(\w+) was removed from union type (\w+)\.$/,
    (member, union) => [`${union}`, `${member}`],
  ],
  [BreakingChangeType.VALUE_REMOVED_FROM_ENUM]: [
    /^(\w+) was removed from enum type (\w+)\.$/,
    (value, type) => `${type}.${value}`,
  ],
  [BreakingChangeType.REQUIRED_INPUT_FIELD_ADDED]: [
    /^A required field (\w+) on input type (\w+) was added\.$/,
    (field, type) => [`${type}.${field}`, `${type}`],
  ],
  [BreakingChangeType.IMPLEMENTED_INTERFACE_REMOVED]: [
    /^(\w+) no longer implements interface (\w+)\.$/,
    (type, face) => [`${type}`, `${face}`],
  ],
  [BreakingChangeType.FIELD_REMOVED]: [/^(\w+)\.(\w+) was removed\.$/, (type, field) => `${type}.${field}`],
  [BreakingChangeType.FIELD_CHANGED_KIND]: [/^(\w+)\.(\w+) changed type from/, (type, field) => `${type}.${field}`],
  [BreakingChangeType.REQUIRED_ARG_ADDED]: [
    /^A required arg (\w+) on (\w+)\.(\w+) was added\.$/,
    (argument, type, field) => [`${type}.${field}(${argument}:)`, `${type}.${field}`],
  ],
  [BreakingChangeType.ARG_REMOVED]: [
    /^(\w+)\.(\w+) arg (\w+) was removed\.$/,
    (type, field, argument) => `${type}.${field}(${argument}:)`,
  ],
  // Made required it concerns those too that do not give it.
  [BreakingChangeType.ARG_CHANGED_KIND]: [
    /^(\w+)\.(\w+) arg (\w+) has changed type from/,
    (type, field, argument) => [`${type}.${field}(${argument}:)`, `${type}.${field}`],
  ],
  [BreakingChangeType.DIRECTIVE_REMOVED]: [/^(\w+) was removed\.$/, (directive) => `@${directive}`],
  [BreakingChangeType.DIRECTIVE_ARG_REMOVED]: [
    /^(\w+) was removed from (\w+)\.$/,
    (argument, directive) => [`@${directive}(${argument}:)`, `@${directive}`],
  ],
  [BreakingChangeType.REQUIRED_DIRECTIVE_ARG_ADDED]: [
    /^A required arg (\w+) on directive (\w+) was added\.$/,
    (argument, directive) => [`@${directive}(${argument}:)`, `@${directive}`],
  ],
  [BreakingChangeType.DIRECTIVE_REPEATABLE_REMOVED]: [
    /^Repeatable flag was removed from (\w+)\.$/,
    (directive) => `@${directive}`,
  ],
  [BreakingChangeType.DIRECTIVE_LOCATION_REMOVED]: [/^\w+ was removed from (\w+)\.$/, (directive) => `@${directive}`],
};

/** What a breaking change is about. Throws when graphql-js has another way to say it. */
export function changedCoordinate({ type, description }: BreakingChange): ChangedCoordinate {
  const [pattern, read] = patterns[type];
  const [, ...parts] = pattern.exec(description) ?? [];
  if (parts.length === 0) throw new Error(`a change of an unknown form: ${type}: ${description}`);
  const found = read(...parts);
  return typeof found === 'string' ? { coordinate: found, users: found } : { coordinate: found[0], users: found[1] };
}
