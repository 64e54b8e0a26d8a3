import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner';
import { applyRewrites, isOfType } from './rewrites.js';
import type { Subtypes } from './supergraphFacts.js';

/**
 * Makes the representation of an entity as JSON; undefined where the plan's selection does not fit the object's type or a required field is missing
 * (it could not be fetched, which has been reported). A required field that is null is sent as null. `plain`: no string needs escaping.
 */
export type RepresentationWriter = (entity: object, plain: boolean) => string | undefined;

/**
 * Generates the code for a fetch's `requires`: one function for each type that an entity may have. Input rewrites change the representation, never the
 * entity; the common one, another `__typename` for an `@interfaceObject`, is part of the code, others are applied to the finished representation.
 */
export function compileRepresentation(
  requires: readonly QueryPlanSelectionNode[],
  inputRewrites: readonly FetchDataRewrite[],
  subtypes: Subtypes,
): RepresentationWriter {
  const typenames = new Set<string>();
  for (const selection of requires) {
    if (selection.kind !== 'InlineFragment' || selection.typeCondition === undefined) continue;
    typenames.add(selection.typeCondition);
    for (const subtype of subtypes.get(selection.typeCondition) ?? []) typenames.add(subtype);
  }
  const late = inputRewrites.filter((rewrite) => !setsTypename(rewrite));
  const cases = [...typenames].map((typename) => {
    const fields = collect(requires, typename, subtypes);
    if (!fields.has('__typename')) return '';
    const rewrite = inputRewrites.find((each) => setsTypename(each, typename, subtypes));
    const written = rewrite?.kind === 'ValueSetter' ? String(rewrite.setValueTo) : typename;
    return `case ${JSON.stringify(typename)}: { let v, s = ${JSON.stringify(`{"__typename":${JSON.stringify(written)}`)};
      ${fieldsCode(fields, 'o', 'return undefined;', subtypes)} return s + '}'; }`;
  });
  const write = new Function(`
    "use strict";
    const leaf = (v, plain) => typeof v === 'string' ? (plain ? '"' + v + '"' : JSON.stringify(v)) : typeof v === 'object' ? JSON.stringify(v) : '' + v;
    const list = (a, write) => { let s = '['; for (let i = 0; i < a.length; i++) { if (i !== 0) s += ','; s += write(a[i]); } return s + ']'; };
    return (o, plain) => { switch (o.__typename) { ${cases.join('\n')} } return undefined; };`)() as RepresentationWriter;
  if (late.length === 0) return write;
  return (entity, plain) => {
    const json = write(entity, plain);
    if (json === undefined) return undefined;
    const representation: unknown = JSON.parse(json);
    applyRewrites(late, representation, subtypes);
    return JSON.stringify(representation);
  };
}

type Fields = Map<string, QueryPlanSelectionNode[] | undefined>;

/** The fields of a selection for one type, each once; undefined in the place of the selection below for a leaf. */
function collect(
  selections: readonly QueryPlanSelectionNode[],
  typename: string | undefined,
  subtypes: Subtypes,
  into: Fields = new Map(),
): Fields {
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      const name = selection.alias ?? selection.name;
      const below = selection.selections;
      into.set(name, below ? [...(into.get(name) ?? []), ...below] : undefined);
    } else if (
      selection.typeCondition === undefined ||
      (typename !== undefined && isOfType(typename, selection.typeCondition, subtypes))
    ) {
      collect(selection.selections, typename, subtypes, into);
    }
  }
  return into;
}

/** Code that appends the fields of `object` to `s`, where something stands already. */
function fieldsCode(fields: Fields, object: string, ifMissing: string, subtypes: Subtypes): string {
  return [...fields]
    .filter(([name]) => name !== '__typename' || object !== 'o')
    .map(([name, below]) => {
      const value = below ? nested(below, subtypes) : '(v) => leaf(v, plain)';
      return `v = ${object}.${name}; if (v === undefined) ${ifMissing}
        s += ${JSON.stringify(`,${JSON.stringify(name)}:`)} + ${below ? `(${value})(v)` : 'leaf(v, plain)'};`;
    })
    .join('\n');
}

/** Code of a function that writes an object, a list of objects, or null; an object without one of the fields becomes null, as in Apollo's gateway. */
function nested(below: readonly QueryPlanSelectionNode[], subtypes: Subtypes): string {
  const typenames = new Set<string>();
  const conditions = (selections: readonly QueryPlanSelectionNode[]): void => {
    for (const each of selections) {
      if (each.kind !== 'InlineFragment') continue;
      if (each.typeCondition !== undefined) {
        typenames.add(each.typeCondition);
        for (const subtype of subtypes.get(each.typeCondition) ?? []) typenames.add(subtype);
      }
      conditions(each.selections);
    }
  };
  conditions(below);
  const body = (typename: string | undefined) =>
    `let v, s = ''; ${fieldsCode(collect(below, typename, subtypes), 'n', "return 'null';", subtypes)} return '{' + s.slice(1) + '}';`;
  const cases = [...typenames].map((typename) => `case ${JSON.stringify(typename)}: { ${body(typename)} }`);
  return `function write(n) {
    if (n === null || n === undefined) return 'null';
    if (Array.isArray(n)) return list(n, write);
    ${cases.length > 0 ? `switch (n.__typename) { ${cases.join('\n')} }` : ''}
    ${body(undefined)}
  }`;
}

/** Whether a rewrite sets the representation's own `__typename`, for any type or for this one. */
function setsTypename(rewrite: FetchDataRewrite, typename?: string, subtypes?: Subtypes): boolean {
  if (rewrite.kind !== 'ValueSetter' || rewrite.path.at(-1) !== '__typename' || rewrite.path.length > 2) return false;
  const [condition] = rewrite.path;
  if (rewrite.path.length === 1 || typename === undefined || !subtypes) return rewrite.path.length <= 2;
  return condition?.startsWith('... on ') === true && isOfType(typename, condition.slice('... on '.length), subtypes);
}
