import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findServerProgram, NotInstalled } from './serverProgram.ts';

const wanted = {
  program: 'leadgraph-test-server',
  aptPackage: 'test-server',
  dockerImage: 'test-server:1',
  brewFormula: 'test-server',
  urlVariable: 'TEST_SERVER_URL',
};
const canInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version');

let bin: string;
let said: string[];

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'leadgraph-bin-'));
  said = [];
});
afterEach(() => rmSync(bin, { recursive: true, force: true }));

function program(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
}

const find = () => findServerProgram(wanted, { env: { PATH: bin }, say: (line) => said.push(line) });

describe('findServerProgram', () => {
  it('takes what is on the PATH', () => {
    program(wanted.program, '');
    expect(find()).toEqual({ kind: 'binary', path: join(bin, wanted.program) });
    expect(said).toEqual([]);
  });

  it.runIf(canInstall)('installs it with apt-get, refreshing the lists when they lack it', () => {
    program(
      'apt-get',
      `echo "$@" >> ${bin}/calls
      case "$*" in
        *update*) : > ${bin}/fresh ;;
        *) [ -e ${bin}/fresh ] || exit 100; printf '#!/bin/sh\\n' > ${bin}/${wanted.program}; /bin/chmod 755 ${bin}/${wanted.program} ;;
      esac`,
    );
    expect(find()).toEqual({ kind: 'binary', path: join(bin, wanted.program) });
    expect(said.join()).toContain('apt-get install test-server');
    expect(readFileSync(join(bin, 'calls'), 'utf8').trim().split('\n')).toHaveLength(3);
  });

  it('falls back on docker, if that runs', () => {
    if (canInstall) program('apt-get', 'exit 100');
    program('docker', '[ "$1" = info ]');
    expect(find()).toEqual({ kind: 'docker', image: 'test-server:1' });
  });

  it('says what to install when there is nothing', () => {
    program('docker', 'exit 1');
    expect(find).toThrow(NotInstalled);
    expect(find).toThrow(/sudo apt-get install test-server[\s\S]*brew install test-server[\s\S]*set TEST_SERVER_URL/);
  });
});
