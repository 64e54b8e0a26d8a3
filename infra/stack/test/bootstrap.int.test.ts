import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../src/config.ts';

interface Answer {
  readonly code: number;
  readonly output: string;
}

let project: string;

/** A project of nothing but bootstrap.mjs and a lockfile, and an npm that installs what the lockfile says and writes down that it was called. */
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'leadgraph-bootstrap-'));
  mkdirSync(join(project, 'infra/stack/src'), { recursive: true });
  cpSync(join(PROJECT_ROOT, 'infra/stack/bootstrap.mjs'), join(project, 'infra/stack/bootstrap.mjs'));
  writeFileSync(
    join(project, 'infra/stack/src/token.ts'),
    'console.log(`ran with`, process.argv.slice(2).join()); process.exitCode = 7;',
  );
  writeLock('1.0.0');
  writeFileSync(
    join(project, 'npm.js'),
    `const fs = require('node:fs');
fs.appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
if (fs.existsSync('offline')) process.exit(1);
fs.mkdirSync('node_modules/.bin', { recursive: true });
fs.rmSync('node_modules/.bin/node', { force: true });
fs.symlinkSync(process.execPath, 'node_modules/.bin/node');
fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');`,
  );
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

function writeLock(version: string): void {
  const packages = {
    '': { name: 'project' },
    'node_modules/one': { version, integrity: `sha512-${version}` },
    'node_modules/for-another-system': { version: '1.0.0', optional: true, os: ['aix'], cpu: ['ppc64'] },
  };
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify({ packages }));
}

const calls = () =>
  existsSync(join(project, 'calls')) ? readFileSync(join(project, 'calls'), 'utf8').trim().split('\n') : [];

function bootstrap(args: string[], nodeFlags: string[] = []): Promise<Answer> {
  const env = { PATH: process.env.PATH, npm_execpath: join(project, 'npm.js') };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...nodeFlags, join(project, 'infra/stack/bootstrap.mjs'), ...args],
      { env },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

describe('bootstrap.mjs', () => {
  it('installs what is missing, runs the command on the installed Node and passes its exit code on', async () => {
    const first = await bootstrap(['token', '--as', 'operator:ops']);
    expect(first.output).toContain('npm ci (nothing is installed yet');
    expect(first.output).toContain('ran with --as,operator:ops');
    expect(first.code).toBe(7);
    expect(calls()).toEqual(['ci --no-audit --no-fund --loglevel=error']);
  });

  it('installs again when the lockfile has changed, and only then', async () => {
    await bootstrap(['token']);
    await bootstrap(['token']);
    expect(calls()).toHaveLength(1);
    writeLock('1.0.1');
    const again = await bootstrap(['token']);
    expect(again.output).toContain('node_modules/one is not 1.0.1');
    expect(calls()).toHaveLength(2);
  });

  it('says what to do when the installation fails, and runs nothing', async () => {
    writeFileSync(join(project, 'offline'), '');
    const failed = await bootstrap(['token']);
    expect(failed.code).toBe(1);
    expect(failed.output).toContain('The installation failed. Is the npm registry reachable?');
    expect(failed.output).not.toContain('ran with');
  });

  it('refuses a Node that is too old before anything else', async () => {
    const older = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"18.20.4"}})';
    const refused = await bootstrap(['start'], ['--import', `data:text/javascript,${encodeURIComponent(older)}`]);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('Leadgraph needs Node 20 or newer, this is 18.20.4');
    expect(calls()).toEqual([]);
  });

  it('lists the commands when it is asked for another', async () => {
    const unknown = await bootstrap(['strat']);
    expect(unknown.code).toBe(2);
    expect(unknown.output).toContain('start|test|demo');
  });
});
