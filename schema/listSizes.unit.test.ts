import { readdirSync, readFileSync } from 'node:fs';
import { type FieldDefinitionNode, Kind, parse, type TypeNode } from 'graphql';
import { expect, it } from 'vitest';

const FOLDER = new URL('subgraphs/', import.meta.url);
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.graphql'));

const isList = (type: TypeNode): boolean =>
  type.kind === Kind.NON_NULL_TYPE ? isList(type.type) : type.kind === Kind.LIST_TYPE;
const hasSize = ({ directives }: FieldDefinitionNode) => directives?.some(({ name }) => name.value === 'listSize');
const givesConnection = ({ type }: FieldDefinitionNode) => /Connection$/.test(namedType(type));
const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type));

it.each(files)(
  '%s: every list says how long it may be, or operations that ask for it would be estimated by guess',
  (file) => {
    const unsized: string[] = [];
    for (const definition of parse(readFileSync(new URL(file, FOLDER), 'utf8')).definitions) {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
      for (const field of definition.fields ?? []) {
        // The edges' number is said where the connection is given.
        const wanted = givesConnection(field) || (isList(field.type) && !definition.name.value.endsWith('Connection'));
        if (wanted && !hasSize(field)) unsized.push(`${definition.name.value}.${field.name.value}`);
      }
    }
    expect(unsized, 'use ListSize, or PageSize for a connection').toEqual([]);
  },
);
