import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../src/config.ts';

interface Finding {
  readonly category: string;
  readonly location: { readonly path: string };
}

/** File → what it imports. The lint reads files where they stand, so each stands in the folder of its package in a project of nothing else. */
const forbidden: Record<string, string> = {
  'gateway/src/a.ts': '@leadgraph/kit',
  'gateway/src/b.ts': '@leadgraph/leads/schema',
  'gateway/src/c.ts': '../../subgraphs/leads/src/wire.js',
  'gateway/test/d.int.test.ts': '@leadgraph/kit/testing',
  'subgraphs/leads/src/a.ts': '@leadgraph/agents/schema',
  'subgraphs/leads/src/store/b.ts': '../../../agents/src/wire.js',
  'subgraphs/leads/src/c.ts': '@leadgraph/gateway',
  'subgraphs/leads/src/d.ts': '@leadgraph/emulators/openai',
  'subgraphs/leads/src/e.ts': '../../../gateway/dist/main.js',
  'subgraphs/leads/src/f.ts': '../../kit/src/uuid.js',
  'subgraphs/leads/test/g.int.test.ts': '@leadgraph/payments/schema',
  'subgraphs/kit/src/a.ts': '@leadgraph/leads/schema',
  'subgraphs/kit/src/b.ts': '../../leads/src/wire.js',
  'schema/events/a.ts': '@leadgraph/kit',
  'infra/stack/src/a.ts': '@leadgraph/leads/schema',
  'infra/stack/src/b.ts': '../../../subgraphs/kit/src/uuid.ts',
};

const allowed: Record<string, string> = {
  'gateway/src/x.ts': '@leadgraph/schema',
  'gateway/src/subgraph/y.ts': '../supergraph/supergraphSlot.js',
  'gateway/test/z.int.test.ts': '../src/gateway.js',
  'gateway/test/fixtures/y.ts': '../../src/gateway.js',
  'subgraphs/leads/src/x.ts': '@leadgraph/kit',
  'subgraphs/leads/src/y.ts': '@leadgraph/schema',
  'subgraphs/leads/test/x.int.test.ts': '@leadgraph/kit/testing',
  'subgraphs/leads/test/y.int.test.ts': '../src/wire.js',
  'subgraphs/ai/test/x.int.test.ts': '@leadgraph/emulators/openai',
  'subgraphs/kit/src/x.ts': '@leadgraph/schema',
  'infra/stack/test/x.int.test.ts': '../src/platform.ts',
};

let project: string;
let refused: Set<string>;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'leadgraph-lint-'));
  for (const file of ['biome.json', '.gitignore']) cpSync(join(PROJECT_ROOT, file), join(project, file));
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(project, 'node_modules'));
  execFileSync('git', ['init', '--quiet', project]);
  for (const [file, imported] of Object.entries({ ...forbidden, ...allowed })) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), `import '${imported}';\n`);
  }
  const { stdout } = spawnSync(
    join(PROJECT_ROOT, 'node_modules/.bin/biome'),
    ['lint', '--only=style/noRestrictedImports', '--reporter=json', '--max-diagnostics=none', '.'],
    { cwd: project, encoding: 'utf8' },
  );
  const findings = (JSON.parse(stdout) as { diagnostics: Finding[] }).diagnostics;
  refused = new Set(findings.map(({ location }) => location.path.replace(`${project}/`, '')));
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the lint', () => {
  it.each(Object.entries(forbidden))('refuses in %s the import of %s', (file) => {
    expect(refused).toContain(file);
  });

  it.each(Object.entries(allowed))('lets %s import %s', (file) => {
    expect(refused).not.toContain(file);
  });
});
