/** The supergraph does not load; the message says why. */
export class SupergraphRefused extends Error {
  override readonly name = 'SupergraphRefused';
}
