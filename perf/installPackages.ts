import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { say } from './report.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
}

/** Installs the other gateways when they are missing or not those of the lockfile. Throws when that fails. */
export function installPackages(): void {
  if (isInstalled()) return;
  say('… npm ci in perf/ (the other gateways, several hundred MB; takes a minute)');
  const npm = process.env.npm_execpath;
  const [command, before] = npm && /\.[cm]?js$/.test(npm) ? [process.execPath, [npm]] : ['npm', []];
  const { status, error } = spawnSync(command, [...before, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: FOLDER,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0 || !isInstalled()) {
    const reason = error?.message ?? 'its last words stand above';
    throw new Error(
      `The other gateways could not be installed (${reason}). Is the npm registry reachable? "npm ci" in ${FOLDER} shows more.`,
    );
  }
}

/** npm writes its own list last, so an interrupted installation has none. Optional packages may be for other systems. */
function isInstalled(): boolean {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  return Object.entries(wanted).every(([location, { version, integrity, optional }]) => {
    const there = installed[location];
    if (location === '' || (optional && !there)) return true;
    return there?.version === version && there?.integrity === integrity;
  });
}

function packagesOf(file: string): Record<string, Locked> {
  try {
    return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')).packages;
  } catch {
    return {};
  }
}
