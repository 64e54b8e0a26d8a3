import type { FeatureSupergraph } from '../featureSupergraph.js';
import { Fault, ref } from '../world.js';

const box = (id: string) => ref('Box', { id });
const item = (id: string) => ref('Item', { id });

/** Subgraphs that fail: errors at fields, nulls where there may be none, entities that are not there; what becomes null, and which errors say so. */
export const faults: FeatureSupergraph = {
  name: 'faults',
  subgraphs: {
    boxes: /* GraphQL */ `
      type Query {
        boxes: [Box]!
        box(id: ID!): Box
        strict: [Box!]
        sure: Box!
        broken: [String!]
        items: [Item!]
      }
      type Box @key(fields: "id") {
        id: ID!
        name: String!
        note: String
        code: String
        lid: Lid
        inner: [Box!]
      }
      type Lid {
        colour: String!
        screws: [Int!]
      }
      type Item @key(fields: "id") {
        id: ID!
      }
    `,
    contents: /* GraphQL */ `
      type Box @key(fields: "id") {
        id: ID!
        items: [Item!]
        first: Item!
        matrix: [[Item!]]
        code: String @external
        label: String! @requires(fields: "code")
      }
      type Item @key(fields: "id") {
        id: ID!
        price: Int!
        hint: String
        owner: Box
      }
    `,
  },
  world: {
    objects: {
      Box: [
        {
          id: 'good',
          code: '1"',
          name: 'Good "box"',
          note: 'n',
          lid: { colour: 'red', screws: [1, 2] },
          inner: [box('good')],
          items: [item('1'), item('2')],
          first: item('1'),
          matrix: [[item('1')], []],
        },
        {
          id: 'nameless',
          code: null,
          name: null,
          note: 'n',
          lid: null,
          inner: [box('good')],
          items: [item('bad')],
          first: item('2'),
          matrix: null,
        },
        {
          id: 'failing',
          code: '',
          name: new Fault('no name'),
          note: new Fault('no note'),
          lid: { colour: null, screws: [1, null] },
          inner: [box('failing')],
          items: new Fault('no items'),
          first: null,
          matrix: [[item('bad')], [item('1')]],
        },
        {
          id: 'half',
          code: '2',
          name: 'half',
          note: new Fault('no note'),
          lid: { colour: new Fault('no colour'), screws: [new Fault('no screw')] },
          inner: [box('nameless'), box('good')],
          items: [item('1'), item('bad'), item('1')],
          first: item('bad'),
          matrix: [[item('1'), item('bad')], [item('2')]],
        },
      ],
      Item: [
        { id: '1', price: 1, hint: null, owner: box('gone') },
        { id: '2', price: -2, hint: new Fault('no hint'), owner: box('half') },
        { id: 'bad', price: null, hint: 'h', owner: new Fault('no owner') },
      ],
    },
    fields: {
      'Query.boxes': () => ['good', 'nameless', 'failing', 'gone', 'half', 'good', 'half'].map(box),
      'Query.box': (_query, { id }) => (id === 'error' ? new Fault('no box') : box(id)),
      'Query.strict': () => [box('good'), box('half'), box('gone')],
      'Query.sure': () => box('half'),
      'Query.broken': () => ['a', null, 'b'],
      'Query.items': () => [item('1'), item('2')],
      'Box.label': ({ code }) => (code === null ? new Fault('no code') : code && `<${code}>`),
    },
  },
  values: { id: ['good', 'nameless', 'failing', 'half', 'gone', 'error'] },
  runs: 60,
  examples: {
    'null and failure in a non-null field': {
      query: '{ boxes { id name } }',
      data: {
        boxes: [
          { id: 'good', name: 'Good "box"' },
          null,
          null,
          null,
          { id: 'half', name: 'half' },
          { id: 'good', name: 'Good "box"' },
          { id: 'half', name: 'half' },
        ],
      },
      errors: ['boxes.1.name', 'boxes.2.name', 'boxes.3.name'],
    },
    'up to the list, up to the root': {
      query: '{ strict { name } sure { inner { name } } broken }',
      data: { strict: null, sure: { inner: null }, broken: null },
      errors: ['strict.2.name', 'sure.inner.0.name', 'broken.1'],
    },
    'of another subgraph, up to the root': {
      query: '{ sure { name first { price } } items { price } }',
      data: null,
      errors: ['sure.first.price'],
    },
    'failures of another subgraph in every place that they concern': {
      query: '{ boxes { id items { id hint price } } }',
      data: {
        boxes: [
          {
            id: 'good',
            items: [
              { id: '1', hint: null, price: 1 },
              { id: '2', hint: null, price: -2 },
            ],
          },
          { id: 'nameless', items: null },
          { id: 'failing', items: null },
          { id: 'gone', items: null },
          { id: 'half', items: null },
          {
            id: 'good',
            items: [
              { id: '1', hint: null, price: 1 },
              { id: '2', hint: null, price: -2 },
            ],
          },
          { id: 'half', items: null },
        ],
      },
      errors: [
        'boxes.0.items.1.hint',
        'boxes.1.items.0.price',
        'boxes.2.items',
        'boxes.4.items.1.price',
        'boxes.5.items.1.hint',
        'boxes.6.items.1.price',
      ],
    },
    'under other names, in values and in lists of lists': {
      query: '{ a: boxes { n: note l: lid { c: colour } lid { screws } m: matrix { p: price } } }',
      data: {
        a: [
          { n: 'n', l: { c: 'red' }, lid: { screws: [1, 2] }, m: [[{ p: 1 }], []] },
          { n: 'n', l: null, lid: null, m: null },
          { n: null, l: null, lid: { screws: null }, m: [null, [{ p: 1 }]] },
          { n: null, l: null, lid: null, m: null },
          { n: null, l: null, lid: { screws: null }, m: [null, [{ p: -2 }]] },
          { n: 'n', l: { c: 'red' }, lid: { screws: [1, 2] }, m: [[{ p: 1 }], []] },
          { n: null, l: null, lid: { screws: null }, m: [null, [{ p: -2 }]] },
        ],
      },
      errors: [
        'a.2.n',
        'a.2.l.c',
        'a.2.lid.screws.1',
        'a.2.m.0.0.p',
        'a.4.n',
        'a.4.l.c',
        'a.4.lid.screws.0',
        'a.4.m.0.1.p',
        'a.6.n',
        'a.6.l.c',
        'a.6.lid.screws.0',
        'a.6.m.0.1.p',
      ],
    },
    'a requirement that is null': {
      query: '{ boxes { label } other: box(id: "error") { id label } gone: box(id: "gone") { id first { id } } }',
      data: {
        boxes: [{ label: '<1">' }, null, { label: '' }, null, { label: '<2>' }, { label: '<1">' }, { label: '<2>' }],
        other: null,
        gone: null,
      },
      errors: ['boxes.1.label', 'boxes.3.label', 'other', 'gone.first'],
    },
  },
};
