import { ApolloGateway } from '@apollo/gateway';
import { Kind, parse, print, visit } from 'graphql';
import type { SupergraphReply } from './plannerProtocol.js';

/*
 * The process in which ApolloGateway loads a supergraph: checks it and hands over what is to be planned over. It ends after that, since ApolloGateway and what it
 * brings along take 33 MB that nothing needs later (a thread that ends gives nothing back).
 */

const CONTEXT_SPEC = 'https://specs.apollo.dev/context/';

process.once('message', async (supergraphSdl: string) => {
  const reply = await load(supergraphSdl);
  process.send?.(reply, () => process.disconnect());
});

async function load(supergraphSdl: string): Promise<SupergraphReply> {
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const accepted = withoutContext(supergraphSdl);
  const gateway = new ApolloGateway({
    supergraphSdl: accepted,
    validateSupergraph: true,
    logger: quiet,
    buildService: () => ({ process: () => Promise.reject(new Error('this gateway loads and does not execute')) }),
  });
  let sdl = supergraphSdl;
  gateway.onSchemaLoadOrUpdate(({ coreSupergraphSdl }) => {
    if (accepted === supergraphSdl) sdl = coreSupergraphSdl;
  });
  try {
    await gateway.load();
    return { kind: 'loaded', sdl };
  } catch (error) {
    return { kind: 'not-loaded', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    await gateway.stop().catch(() => {});
  }
}

/**
 * The supergraph as ApolloGateway takes it: it refuses `@context`, which it does not execute itself; without its link the directive is one like any other, and its arguments are none of
 * the supergraph's.
 */
function withoutContext(sdl: string): string {
  if (!sdl.includes(CONTEXT_SPEC)) return sdl;
  return print(
    visit(parse(sdl), {
      Argument: ({ name }) => (name.value === 'contextArguments' ? null : undefined),
      Directive: ({ name, arguments: given }) =>
        name.value === 'link' &&
        given?.some(({ value }) => value.kind === Kind.STRING && value.value.startsWith(CONTEXT_SPEC))
          ? null
          : undefined,
    }),
  );
}
