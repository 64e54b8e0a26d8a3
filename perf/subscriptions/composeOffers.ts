import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { type OfferSubgraphName, offerSubgraphs } from './offerSubgraphs.ts';

/** The supergraph of the two subgraphs, each at the URL given for its name. */
export function composeOffers(urls: Readonly<Record<OfferSubgraphName, string>>): string {
  const { supergraphSdl, errors } = composeServices(
    offerSubgraphs.map(({ name, sdl }) => ({ name, url: urls[name], typeDefs: parse(sdl) })),
  );
  if (!supergraphSdl) throw new Error(`The subgraphs do not compose:\n${errors?.map(String).join('\n')}`);
  return supergraphSdl;
}
