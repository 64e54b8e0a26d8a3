import { type CompositionResult, composeServices } from '@apollo/composition';
import { type GraphQLError, parse, Source } from 'graphql';

export interface SubgraphSdl {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
}

/** Thrown when the subgraphs do not fit together; the message lists every conflict with its place in the subgraphs' SDL. */
export class CompositionFailed extends Error {
  override readonly name = 'CompositionFailed';
}

export interface Composed {
  readonly supergraphSdl: string;
  /** What fits together but may not be meant, such as a field that only some subgraphs give a description. */
  readonly warnings: readonly string[];
}

/** Composes the supergraph with Apollo's composition. Throws `CompositionFailed`. */
export function composeSupergraph(subgraphs: readonly SubgraphSdl[]): Composed {
  const services = subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: readSdl(name, sdl) }));
  const { supergraphSdl, errors, hints }: CompositionResult = composeServices(services);
  if (supergraphSdl === undefined) throw new CompositionFailed((errors ?? []).map(describe).join('\n'));
  return {
    supergraphSdl: `${supergraphSdl.trim()}\n`,
    warnings: (hints ?? [])
      .filter(({ definition }) => definition.level.name === 'WARN')
      .map((hint) => `${hint.definition.code}: ${hint.message}`),
  };
}

function readSdl(name: string, sdl: string) {
  try {
    return parse(new Source(sdl, name));
  } catch (error) {
    throw new CompositionFailed(`${name}: the SDL does not parse: ${error instanceof Error ? error.message : error}`);
  }
}

/** One conflict: its code and sentence, then where it stands (`name:line:column`) and the line itself. */
function describe(error: GraphQLError): string {
  const places = (error.nodes ?? []).flatMap((node) => {
    const { loc } = node;
    if (!loc) return [];
    const line = loc.source.body.split('\n')[loc.startToken.line - 1]?.trim() ?? '';
    return [`    at ${loc.source.name}:${loc.startToken.line}:${loc.startToken.column}  ${line}`];
  });
  const code = error.extensions.code ? `${error.extensions.code}: ` : '';
  return [`  ${code}${error.message}`, ...places].join('\n');
}
