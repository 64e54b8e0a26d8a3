import type { FetchNode } from '@apollo/query-planner';

/** What a fetch takes of its entities for their representations. */
export type Requires = NonNullable<FetchNode['requires']>;

/** The paths to the fields of these names in what is required, the outer ones first. */
export function requiredPaths(requires: Requires, isWanted: (name: string) => boolean, above = ''): string[] {
  const paths = requires.flatMap((each) => {
    if (each.kind === 'InlineFragment') return requiredPaths(each.selections, isWanted, above);
    const path = above + each.name;
    return [...(isWanted(each.name) ? [path] : []), ...requiredPaths(each.selections ?? [], isWanted, `${path}.`)];
  });
  return [...new Set(paths)];
}

/** What is required without the fields at some paths, and without what has nothing left below it. */
export function withoutPaths(requires: Requires, isLeftOut: (path: string) => boolean, above = ''): Requires {
  return requires.flatMap((each): Requires => {
    const path = each.kind === 'Field' ? above + each.name : above;
    if (each.kind === 'Field' && (!each.selections || isLeftOut(path))) return isLeftOut(path) ? [] : [each];
    const selections = withoutPaths(each.selections ?? [], isLeftOut, each.kind === 'Field' ? `${path}.` : above);
    return selections.length > 0 ? [{ ...each, selections }] : [];
  });
}
