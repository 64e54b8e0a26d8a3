import type { EventMessage } from '@leadgraph/schema';

/** The version of the entity that a message is about: the one of this type, else the first that it names. */
export function versionOf(message: Pick<EventMessage, 'entities'>, typename: string): number {
  const entity = message.entities.find(({ __typename }) => __typename === typename) ?? message.entities[0];
  return entity?.version ?? 0;
}
