import type { FetchDataRewrite, FetchNode } from '@apollo/query-planner';
import { mergeData } from '../execute/mergeData.js';
import { applyRewrites, isOfType } from './rewrites.js';
import type { Subtypes } from './supergraphFacts.js';

type QueryPlanSelectionNode = NonNullable<FetchNode['requires']>[number];
type QueryPlanInlineFragmentNode = Extract<QueryPlanSelectionNode, { kind: 'InlineFragment' }>;

/** The representations to send for some objects. */
export interface Representations {
  /** The objects that there is a representation for. */
  readonly objects: readonly object[];
  /** For each of these objects which representation is its own: several may have the same one. */
  readonly indexes: readonly number[];
  /** The distinct representations, as JSON. */
  readonly texts: readonly string[];
}

/**
 * Makes the representations of entities, each distinct one once. An object has none where the plan's selection does not fit its type or takes nothing of it since a required field is missing
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
    const fitting = fragmentsFor(requires, typename, subtypes);
    if (fitting.length === 0) return '';
    const rewrite = inputRewrites.find((each) => setsTypename(each, typename, subtypes));
    const written = rewrite?.kind === 'ValueSetter' ? String(rewrite.setValueTo) : typename;
    const [only, ...others] = fitting;
    const fields = others.length === 0 && only ? plainFields(only.selections) : undefined;
    const known = fields && knownCode(fields, `known${index}`);
    return `case ${JSON.stringify(typename)}: {
      ${
        fields?.has('__typename') && known
          ? `${known.find}
             let v; text = ${JSON.stringify(`{"__typename":${JSON.stringify(written)}`)};
             ${fieldsCode(fields, 'o', 'continue objects;')} text += '}';
             ${known.remember}`
          : `const r = select(o); if (r.__typename === undefined) continue;
             r.__typename = ${JSON.stringify(written)}; text = JSON.stringify(r);`
      }
      break;
    }`;
  });
  const generate = new Function(
    'finish',
    'select',
    `"use strict";
    const leaf = (v, plain) => typeof v === 'string' ? (plain ? '"' + v + '"' : JSON.stringify(v)) : typeof v === 'object' || v === Infinity || v === -Infinity ? JSON.stringify(v) : '' + v;
    const list = (a, write) => { let s = '['; for (let i = 0; i < a.length; i++) { if (i !== 0) s += ','; s += write(a[i]); } return s + ']'; };
    return (all, plain) => {
      const objects = [], indexes = [], firsts = [], byText = new Map();
      ${cases.map((_case, index) => `let known${index};`).join(' ')}
      const texts = [];
      let text, isNew;
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
          texts.push(text);
        }
        objects.push(o);
        indexes.push(index);
      }
      return { objects, indexes, texts };
    };`,
  );
  return generate(
    (json: string) => {
      const representation: unknown = JSON.parse(json);
      applyRewrites(late, representation, subtypes);
      return JSON.stringify(representation);
    },
    (entity: object) => selectedOf(entity, requires, subtypes) ?? {},
  ) as RepresentationsWriter;
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

type Fields = Map<string, Fields | undefined>;

/** The fields of a selection that has only fields, all the way down; undefined in the place of those below for a leaf. Undefined where there are fragments. */
function plainFields(selections: readonly QueryPlanSelectionNode[]): Fields | undefined {
  const fields: Fields = new Map();
  for (const selection of selections) {
    if (selection.kind !== 'Field') return undefined;
    const below = selection.selections && plainFields(selection.selections);
    if (selection.selections && !below) return undefined;
    const name = selection.alias ?? selection.name;
    if (fields.get(name)) return undefined;
    fields.set(name, below);
  }
  return fields;
}

function fragmentsFor(
  requires: readonly QueryPlanSelectionNode[],
  typename: string,
  subtypes: Subtypes,
): QueryPlanInlineFragmentNode[] {
  return requires.filter(
    (each): each is QueryPlanInlineFragmentNode =>
      each.kind === 'InlineFragment' &&
      each.typeCondition !== undefined &&
      isOfType(typename, each.typeCondition, subtypes),
  );
}

/** Code that appends the fields of `object` to `s`, or of an entity (`o`) to `text`, where something stands already. */
function fieldsCode(fields: Fields, object: string, ifMissing: string): string {
  return [...fields]
    .filter(([name]) => name !== '__typename' || object !== 'o')
    .map(([name, below]) => {
      return `v = ${object}.${name}; if (v === undefined) ${ifMissing}
        ${object === 'o' ? 'text' : 's'} += ${JSON.stringify(`,${JSON.stringify(name)}:`)} + ${below ? `(${nested(below)})(v)` : 'leaf(v, plain)'};`;
    })
    .join('\n');
}

/** Code of a function that writes an object, a list of objects, or null; an object without one of the fields becomes null. */
function nested(below: Fields): string {
  return `function write(n) {
    if (n === null || n === undefined) return 'null';
    if (Array.isArray(n)) return list(n, write);
    let v, s = ''; ${fieldsCode(below, 'n', "return 'null';")} return '{' + s.slice(1) + '}';
  }`;
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
type Json = any;

/**
 * What a selection takes of an object, as in Apollo's gateway: undefined where a field is missing; a fragment of which a field is missing takes nothing, and the
 * others go on without it.
 */
function selectedOf(source: Json, selections: readonly QueryPlanSelectionNode[], subtypes: Subtypes): Json {
  const selected: Record<string, Json> = {};
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') {
      const { typeCondition } = selection;
      const typename: unknown = source.__typename;
      if (typeCondition !== undefined && !(typeof typename === 'string' && isOfType(typename, typeCondition, subtypes)))
        continue;
      const part = selectedOf(source, selection.selections, subtypes);
      if (part !== undefined) mergeData(selected, part);
      continue;
    }
    const name = selection.alias ?? selection.name;
    const value = source[name];
    if (value === undefined) return undefined;
    const below = selection.selections;
    const taken = below ? selectedBelow(value, below, subtypes) : value;
    mergeData(selected, { [name]: taken });
  }
  return selected;
}

function selectedBelow(value: Json, below: readonly QueryPlanSelectionNode[], subtypes: Subtypes): Json {
  if (Array.isArray(value)) return value.map((item) => selectedBelow(item, below, subtypes));
  if (typeof value !== 'object' || value === null) return null;
  return selectedOf(value, below, subtypes) ?? null;
}

/** Whether a rewrite sets the representation's own `__typename`, for any type or for this one. */
function setsTypename(rewrite: FetchDataRewrite, typename?: string, subtypes?: Subtypes): boolean {
  if (rewrite.kind !== 'ValueSetter' || rewrite.path.at(-1) !== '__typename' || rewrite.path.length > 2) return false;
  const [condition] = rewrite.path;
  if (rewrite.path.length === 1 || typename === undefined || !subtypes) return rewrite.path.length <= 2;
  return condition?.startsWith('... on ') === true && isOfType(typename, condition.slice('... on '.length), subtypes);
}
