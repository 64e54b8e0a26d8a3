import { type ASTNode, type FragmentDefinitionNode, visit } from 'graphql';

/** The fragments that parts of a document spread, those that fragments spread included. */
export function spreadFragments(
  nodes: readonly ASTNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Set<FragmentDefinitionNode> {
  const spread = new Set<FragmentDefinitionNode>();
  const follow = (node: ASTNode): void => {
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || spread.has(fragment)) return;
        spread.add(fragment);
        follow(fragment);
      },
    });
  };
  for (const node of nodes) follow(node);
  return spread;
}
