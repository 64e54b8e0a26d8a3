import { describe, expect, it } from 'vitest';
import { compileContext } from './compileContext.js';
import { readPath } from './responsePath.js';

const subtypes = new Map([['Node', new Set(['User', 'Team'])]]);
const rewrite = (path: string[], renameKeyTo: string) => ({ kind: 'KeyRenamer', path, renameKeyTo }) as const;
const read = (data: object, path: string[], ...rewrites: ReturnType<typeof rewrite>[]) =>
  compileContext(rewrites, readPath(path), subtypes)?.(data).map(({ objects, variables }) => ({ objects, variables }));

describe('arguments from the surroundings', () => {
  it('are not looked for without rewrites', () => {
    expect(compileContext([], [], subtypes)).toBeUndefined();
  });

  it('are read one field further up for each step, whatever lists lie between', () => {
    const data = { user: { locale: 'de', posts: [{ id: 1 }, { id: 2 }] } };
    expect(read(data, ['user', 'posts', '@'], rewrite(['..', 'locale'], 'a'))).toEqual([
      { objects: [{ id: 1 }, { id: 2 }], variables: ',"a":"de"' },
    ]);
    expect(
      read({ locale: 'en', user: data.user }, ['user', 'posts', '@'], rewrite(['..', '..', 'locale'], 'a')),
    ).toEqual([{ objects: [{ id: 1 }, { id: 2 }], variables: ',"a":"en"' }]);
  });

  it('group the objects by their values', () => {
    const data = {
      users: [
        { locale: 'de', post: { id: 1 } },
        { locale: 'en', post: { id: 2 } },
        { locale: 'de', post: { id: 3 } },
        { locale: null, post: { id: 4 } },
        { post: { id: 5 } },
        { locale: 'de', post: null },
      ],
    };
    expect(read(data, ['users', '@', 'post'], rewrite(['..', 'locale'], 'a'))).toEqual([
      { objects: [{ id: 1 }, { id: 3 }], variables: ',"a":"de"' },
      { objects: [{ id: 2 }], variables: ',"a":"en"' },
      { objects: [{ id: 4 }], variables: ',"a":null' },
      { objects: [{ id: 5 }], variables: '' },
    ]);
  });

  it('hold for the type that the rewrite names, and its subtypes', () => {
    const data = {
      all: [
        { __typename: 'User', name: 'u', child: { id: 1 } },
        { __typename: 'Bot', name: 'b', child: { id: 2 } },
        { name: 'x', child: { id: 3 } },
      ],
    };
    const values = (type: string) =>
      read(data, ['all', '@', 'child'], rewrite(['..', `... on ${type}`, 'name'], 'v'))?.map(
        ({ variables }) => variables,
      );
    expect(values('Node')).toEqual([',"v":"u"', '', ',"v":"x"']);
    expect(values('User')).toEqual([',"v":"u"', '', ',"v":"x"']);
    expect(values('Team')).toEqual(['', ',"v":"x"']);
  });

  it('may be several, and structured; of two for one argument the one that is there counts', () => {
    const data = { user: { __typename: 'User', tags: [{ t: 'a' }, { t: 'b' }], size: 3, posts: [{ id: 1 }] } };
    const [group] =
      read(
        data,
        ['user', 'posts', '@'],
        rewrite(['..', 'tags', 't'], 'tags'),
        rewrite(['..', 'size'], 'size'),
        rewrite(['..', '... on Team', 'size'], 'size'),
        rewrite(['..', 'nothing', 'here'], 'none'),
      ) ?? [];
    expect(JSON.parse(`{${group?.variables.slice(1)}}`)).toEqual({ tags: ['a', 'b'], size: 3 });
  });

  it('are written as JSON', () => {
    const data = { a: 'q"\\\n', b: { id: 1 } };
    expect(read(data, ['b'], rewrite(['..', 'a'], 'v'))?.[0]?.variables).toBe(',"v":"q\\"\\\\\\n"');
  });
});
