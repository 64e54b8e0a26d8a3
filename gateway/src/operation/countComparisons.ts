import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/** Selections looked at for each comparison that is allowed: counting has to end, too. */
const LOOKS_PER_COMPARISON = 10;

/**
 * How often validation will compare two fields (the rule that fields of one response name can be merged): all of one name that meet at one place, each with each, and what is selected of them likewise. Each comparison takes almost a
 * kilobyte, and their number grows with the square of the text. Counts no further than `most`.
 */
export function countComparisons(
  { definitions }: DocumentNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  most: number,
): number {
  let comparisons = 0;
  let looks = 0;

  function countIn(sets: readonly SelectionSetNode[]): void {
    const below = new Map<string, { fields: number; readonly sets: SelectionSetNode[] }>();
    const spread = new Set<string>();
    const pending = [...sets];
    for (let set = pending.pop(); set; set = pending.pop()) {
      for (const selection of set.selections) {
        looks += 1;
        if (looks > most * LOOKS_PER_COMPARISON) comparisons = most + 1;
        if (comparisons > most) return;
        if (selection.kind === Kind.INLINE_FRAGMENT) pending.push(selection.selectionSet);
        else if (selection.kind === Kind.FRAGMENT_SPREAD) {
          const name = selection.name.value;
          const fragment = spread.has(name) ? undefined : fragments.get(name);
          spread.add(name);
          if (fragment) pending.push(fragment.selectionSet);
        } else {
          const name = (selection.alias ?? selection.name).value;
          const same = below.get(name) ?? { fields: 0, sets: [] };
          comparisons += same.fields;
          same.fields += 1;
          if (selection.selectionSet) same.sets.push(selection.selectionSet);
          below.set(name, same);
        }
      }
    }
    for (const { sets: inner } of below.values()) {
      if (inner.length > 0 && comparisons <= most) countIn(inner);
    }
  }

  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    if (comparisons <= most) countIn([definition.selectionSet]);
  }
  return comparisons;
}
