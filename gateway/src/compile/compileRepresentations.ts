import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner';
import { applyRewrites, isOfType } from './rewrites.js';
import type { Subtypes } from './supergraphFacts.js';

/** The representations to send for some objects. */
export interface Representations {
  /** The objects that there is a representation for. */
  readonly objects: readonly object[];
  /** For each of these objects which representation is its own: several may have the same one. */
  readonly indexes: readonly number[];
  /** The distinct representations, as JSON separated by commas. */
  readonly json: string;
  readonly count: number;
}

/**
 * Makes the representations of entities, each distinct one once. An object has none where the plan's selection does not fit its type or a required field is missing
 * (it could not be fetched, which has been reported); a required field that is null is sent as null. `plain`: no string needs escaping.
 */
export type RepresentationsWriter = (objects: readonly object[], plain: boolean) => Representations;

/**
 * Generates the code for a fetch's `requires`, with a branch for each type that an entity may have. Input rewrites change the representation, never the
 * entity; the common one, another `__typename` for an `@interfaceObject`, is part of the code, others are applied to the finished representation.
 *
 * Objects with the same values are found by these where they are leaves: writing a representation and looking it up as a text took a sixth of the time of a large query.
 */
export function compileRepresentations(
  requires: readonly QueryPlanSelectionNode[],
  inputRewrites: readonly FetchDataRewrite[],
  subtypes: Subtypes,
): RepresentationsWriter {
  const typenames = new Set<string>();
  for (const selection of requires) {
    if (selection.kind !== 'InlineFragment' || selection.typeCondition === undefined) continue;
    typenames.add(selection.typeCondition);
    for (const subtype of subtypes.get(selection.typeCondition) ?? []) typenames.add(subtype);
  }
  const late = inputRewrites.filter((rewrite) => !setsTypename(rewrite));
  const cases = [...typenames].map((typename, index) => {
    const fields = collect(requires, typename, subtypes);
    if (!fields.has('__typename')) return '';
    const rewrite = inputRewrites.find((each) => setsTypename(each, typename, subtypes));
    const written = rewrite?.kind === 'ValueSetter' ? String(rewrite.setValueTo) : typename;
    const known = knownCode(fields, `known${index}`);
    return `case ${JSON.stringify(typename)}: {
      ${known.find}
      let v; text = ${JSON.stringify(`{"__typename":${JSON.stringify(written)}`)};
      ${fieldsCode(fields, 'o', 'continue objects;', subtypes)} text += '}';
      ${known.remember}
      break;
    }`;
  });
  const generate = new Function(
    'finish',
    `"use strict";
    const leaf = (v, plain) => typeof v === 'string' ? (plain ? '"' + v + '"' : JSON.stringify(v)) : typeof v === 'object' ? JSON.stringify(v) : '' + v;
    const list = (a, write) => { let s = '['; for (let i = 0; i < a.length; i++) { if (i !== 0) s += ','; s += write(a[i]); } return s + ']'; };
    return (all, plain) => {
      const objects = [], indexes = [], firsts = [], byText = new Map();
      ${cases.map((_case, index) => `let known${index};`).join(' ')}
      let json = '', text, isNew;
      objects: for (let i = 0; i < all.length; i++) {
        const o = all[i];
        isNew = false;
        switch (o.__typename) { ${cases.join('\n')} default: continue; }
        ${late.length > 0 ? 'text = finish(text);' : ''}
        let index = isNew ? undefined : byText.get(text);
        if (index === undefined) {
          index = firsts.length;
          firsts.push(o);
          if (!isNew) byText.set(text, index);
          json += index === 0 ? text : ',' + text;
        }
        objects.push(o);
        indexes.push(index);
      }
      return { objects, indexes, json, count: firsts.length };
    };`,
  );
  return generate((json: string) => {
    const representation: unknown = JSON.parse(json);
    applyRewrites(late, representation, subtypes);
    return JSON.stringify(representation);
  }) as RepresentationsWriter;
}

/**
 * Code that finds an earlier object of the type with the same values, where all of them are leaves; else says whether there cannot be one (`isNew`). An object is remembered
 * once it is known to have all the fields: only then it has a representation.
 */
function knownCode(fields: Fields, known: string): { find: string; remember: string } {
  const names = [...fields.keys()].filter((name) => name !== '__typename');
  const [first, ...others] = names;
  if (first === undefined || [...fields.values()].some((below) => below !== undefined))
    return { find: '', remember: '' };
  const same = others.map((name) => ` && o.${name} === before.${name}`).join('');
  const find = `const key = o.${first};
    if (typeof key !== 'object' && key !== undefined && all.length > 1) {
      const at = ${known} === undefined ? undefined : ${known}.get(key);
      if (at === undefined) isNew = true;
      else { const before = firsts[at]; if (true${same}) { objects.push(o); indexes.push(at); continue; } }
    }`;
  return { find, remember: `if (isNew) (${known} ??= new Map()).set(key, firsts.length);` };
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

/** Code that appends the fields of `object` to `s`, or of an entity (`o`) to `text`, where something stands already. */
function fieldsCode(fields: Fields, object: string, ifMissing: string, subtypes: Subtypes): string {
  return [...fields]
    .filter(([name]) => name !== '__typename' || object !== 'o')
    .map(([name, below]) => {
      const value = below ? nested(below, subtypes) : '(v) => leaf(v, plain)';
      return `v = ${object}.${name}; if (v === undefined) ${ifMissing}
        ${object === 'o' ? 'text' : 's'} += ${JSON.stringify(`,${JSON.stringify(name)}:`)} + ${below ? `(${value})(v)` : 'leaf(v, plain)'};`;
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
