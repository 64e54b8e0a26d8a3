import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SchemaReport } from './check/checkSchema.ts';

const project = fileURLToPath(new URL('../', import.meta.url));
const NODE = join(project, 'node_modules/.bin/node');

/** Nothing of the user's settings, and nothing of a repository from whose hook the tests may be run. */
const env = {
  PATH: process.env.PATH,
  HOME: tmpdir(),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};

let folder: string;
let repository: string;

/** A repository with the graph and the operations as they are here, committed on main. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leadgraph-check-'));
  repository = join(folder, 'project');
  mkdirSync(join(repository, 'schema'), { recursive: true });
  for (const each of ['supergraph.graphql', 'operations']) {
    cpSync(join(project, 'schema', each), join(repository, 'schema', each), { recursive: true });
  }
  git('init', '--quiet', '--initial-branch=main');
  commit();
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: repository, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function commit(): string {
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message=a change');
  return git('rev-parse', 'HEAD').trim();
}

function run(script: string, ...args: string[]) {
  return spawnSync(NODE, [join(project, 'schema', script), ...args], { cwd: repository, env, encoding: 'utf8' });
}

const check = (...args: string[]) => run('schemaCheck.ts', ...args);

/** The report, of a check that ends with the code. */
function report(code: number, ...args: string[]): SchemaReport & { readonly ok: boolean; readonly base: string } {
  const { status, stdout, stderr } = check('--json', ...args);
  expect(status, stderr).toBe(code);
  return JSON.parse(stdout);
}

function edit(path: string, was: string | RegExp, is: string): void {
  const file = join(repository, path);
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(was);
  writeFileSync(file, text.replace(was, is));
}

const SUPERGRAPH = 'schema/supergraph.graphql';
/** A field of Lead that operations of all clients select, and one of AgentLicense that none does. */
const removeScore = () => edit(SUPERGRAPH, /\n {2}"""0 to 100\."""\n {2}score: Int @join__field\(graph: LEADS\)/, '');
const removeNumber = () => edit(SUPERGRAPH, /\n {2}number: String!/, '');

describe('npm run schema:check', () => {
  it('passes when nothing has changed, and when something was added', () => {
    expect(check()).toMatchObject({ status: 0, stdout: expect.stringContaining('the API schema is the same') });
    edit(SUPERGRAPH, /\n {2}number: String!/, '\n  number: String!\n  suffix: String');
    expect(check()).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/nothing breaks[\s\S]*AgentLicense\.suffix/),
    });
  });

  it('fails when an operation would break, and says which one, whose, where and why', () => {
    removeScore();
    const { status, stdout } = check();
    expect(status).toBe(1);
    expect(stdout).toContain('partner: query Lead\n');
    expect(stdout).toMatch(
      /schema\/operations\/partner\/PartnerLead\.graphql:\d+:3 {2}Cannot query field "score" on type "Lead"/,
    );
    expect(stdout).toMatch(
      /Lead\.score was removed \(it was in leads\)\.\n +used by agent-desk \(.*Offers.*\), operator \(.*\), partner \(/,
    );
    const { ok, broken } = report(1);
    expect(ok).toBe(false);
    expect(new Set(broken.map(({ client }) => client))).toEqual(new Set(['agent-desk', 'operator', 'partner']));
  });

  it('passes when what breaks is used by no operation, and says so; not with --strict', () => {
    removeNumber();
    expect(check()).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(
        /AgentLicense\.number was removed \(it was in agents\)\.\n +no persisted operation uses it/,
      ),
    });
    expect(check('--strict')).toMatchObject({ status: 1, stderr: expect.stringContaining('Nothing may break') });
  });

  it('compares a branch with where it left main, whatever main has become, and its uncommitted changes too', () => {
    const left = git('rev-parse', 'HEAD').trim();
    git('checkout', '--quiet', '-b', 'feature');
    removeNumber();
    commit();
    git('checkout', '--quiet', 'main');
    edit(SUPERGRAPH, /\n {2}number: String!/, '\n  number: String!\n  suffix: String');
    commit();
    git('checkout', '--quiet', 'feature');
    const { base, breaking } = report(0);
    expect(base).toBe(left);
    expect(breaking.map(({ coordinate }) => coordinate)).toEqual(['AgentLicense.number']);
    removeScore();
    report(1);
    expect(report(1, '--base', 'main').breaking.map(({ coordinate }) => coordinate)).toContain('AgentLicense.suffix');
    expect(report(1, '--base', 'HEAD').breaking.map(({ coordinate }) => coordinate)).toEqual(['Lead.score']);
  });

  it('still knows the operations that the base has and the tree has not: retire them in a change before', () => {
    rmSync(join(repository, 'schema/operations'), { recursive: true });
    removeScore();
    const { broken } = report(1);
    expect(broken.every(({ inTree }) => !inTree)).toBe(true);
    expect(broken[0]?.problems[0]?.file).toMatch(/^[0-9a-f]{8}:schema\/operations\//);
    // In this order it passes: first the operations, and once nobody calls them the field.
    git('checkout', '--quiet', SUPERGRAPH);
    report(0);
    commit();
    git('checkout', '--quiet', '-b', 'later');
    removeScore();
    expect(report(0).breaking).toMatchObject([{ coordinate: 'Lead.score', operations: [] }]);
  });

  it('says that a manifest is out of date, and goes by the manifest', () => {
    edit('schema/operations/partner/Health.graphql', 'health {', 'health { unknown');
    expect(check()).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('partner/manifest.json is out of date'),
    });
    expect(run('operations.ts', 'manifest', '--check').status).toBe(1);
    expect(run('operations.ts', 'manifest').status).toBe(0);
    expect(report(1).broken.map(({ name }) => name)).toEqual(['Health']);
  });

  it('takes a base without a supergraph for one that nobody uses yet', () => {
    const [first] = git('rev-list', '--max-parents=0', 'HEAD').trim().split('\n');
    git('checkout', '--quiet', '--orphan', 'empty');
    git('rm', '-r', '--quiet', '--force', '.');
    const empty = commit();
    git('checkout', '--quiet', first ?? '');
    expect(check('--base', empty)).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(`has no ${SUPERGRAPH}`),
    });
  });

  it.each([
    ['an unknown flag', ['--bass', 'x'], "Unknown option '--bass'"],
    ['a ref that is not there', ['--base', 'nowhere'], 'no commit "nowhere"'],
    ['a ref that looks like a flag', ['--base=--all'], 'no commit "--all"'],
    ['a word too many', ['main'], 'Unexpected argument'],
  ])('ends with 2 for %s', (_, args, message) => {
    expect(check(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(message) });
  });

  it('ends with 2 where it cannot compare: no repository, no main, no supergraph, a supergraph or manifest that is none', () => {
    const expectFault = (message: string) =>
      expect(check()).toMatchObject({ status: 2, stderr: expect.stringContaining(message) });
    writeFileSync(join(repository, 'schema/operations/partner/manifest.json'), '{"format": 1}');
    expectFault('partner/manifest.json is no persisted query manifest');
    git('checkout', '--quiet', '.');
    writeFileSync(join(repository, SUPERGRAPH), 'type Query {');
    expectFault('Syntax Error');
    rmSync(join(repository, SUPERGRAPH));
    expectFault('supergraph.graphql is missing');
    git('checkout', '--quiet', '.');
    git('branch', '--move', 'trunk');
    expectFault('neither origin/main nor main');
    rmSync(join(repository, '.git'), { recursive: true });
    expectFault('no git repository');
  });

  it('copes with a clone of one commit', () => {
    git('checkout', '--quiet', '-b', 'feature');
    removeNumber();
    commit();
    const origin = `file://${repository}`;
    repository = join(folder, 'clone');
    mkdirSync(repository);
    git('clone', '--quiet', '--depth=1', '--branch=feature', origin, '.');
    expect(check()).toMatchObject({ status: 2, stderr: expect.stringContaining('--base') });
    git('fetch', '--quiet', '--depth=1', 'origin', 'main:refs/remotes/origin/main');
    expect(check()).toMatchObject({ status: 0, stdout: expect.stringContaining('AgentLicense.number was removed') });
  });
});
