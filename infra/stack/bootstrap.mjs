#!/usr/bin/env node
// The way into every command of the project on a machine that has nothing but Node >= 20: checks Node, installs the packages when they are missing or not those of the
// lockfile, and runs the command on the Node 24 that was installed with them. No dependencies, nothing newer than Node 20 (the check of the version itself has to run on
// less). Signals and the exit code pass through.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const OLDEST_NODE = 20;

const tool = (name, ...args) => [path.join('node_modules', '.bin', name), ...args];
const script = (file, ...flags) => tool('node', ...flags, path.join(ROOT, file));

/**
 * What a command runs, one program after the other, relative to the project; the arguments go to the last. `build`: the packages that are built before (start and test
 * build by themselves). `quiet`: its output is for other programs.
 */
const COMMANDS = {
  start: { run: [script('infra/stack/src/start.ts', '--max-semi-space-size=2')] },
  test: { run: [script('infra/stack/src/test.ts')] },
  demo: { run: [script('infra/stack/src/demo/main.ts')] },
  // The supergraph's file is named from where the user stands; npm has changed into the project.
  gateway: {
    build: ['@leadgraph/gateway'],
    run: [script('gateway/dist/main.js', '--max-semi-space-size=32')],
    folder: process.env.INIT_CWD,
  },
  token: { run: [script('infra/stack/src/token.ts')], quiet: true },
  keys: { run: [script('infra/stack/src/keys.ts')], quiet: true },
  watch: { run: [script('infra/stack/src/watch.ts')], quiet: true },
  'leads:import': { run: [script('infra/stack/src/leadsImport.ts')] },
  'agents:maintain': {
    build: ['@leadgraph/agents'],
    run: [script('subgraphs/agents/dist/maintenance.js')],
    quiet: true,
  },
  'leads:maintain': { build: ['@leadgraph/leads'], run: [script('subgraphs/leads/dist/maintenance.js')], quiet: true },
  'dead-letters': {
    build: ['@leadgraph/kit'],
    run: [script('subgraphs/kit/dist/messaging/deadLettersCli.js')],
    quiet: true,
  },
  audit: { build: ['@leadgraph/gateway'], run: [script('gateway/dist/audit/auditCommand.js')], quiet: true },
  perf: { build: ['@leadgraph/gateway'], run: [script('perf/main.ts')] },
  build: { run: [tool('turbo', 'run', 'build', '--output-logs=errors-only')] },
  check: {
    build: [],
    run: [tool('tsc', '-p', 'tsconfig.check.json'), tool('biome', 'check', '--error-on-warnings', '.')],
  },
  format: { run: [tool('biome', 'check', '--write', '.')] },
  compose: { build: ['!@leadgraph/gateway'], run: [script('schema/compose.ts')] },
  operations: { run: [script('schema/operations.ts')], quiet: true },
  partners: { run: [script('schema/partners.ts')], quiet: true },
  'schema:check': { run: [script('schema/schemaCheck.ts')], quiet: true },
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'];

const ENVIRONMENT = {
  ...process.env,
  APOLLO_TELEMETRY_DISABLED: 'true',
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
  // Tools that are scripts then run on Node 24 as well.
  PATH: `${path.join(ROOT, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH}`,
  // By this the command notices that nobody waits for it any more.
  LEADGRAPH_PARENT_PID: String(process.pid),
};

main();

function main() {
  checkNode();
  const [name, ...args] = process.argv.slice(2);
  const command = COMMANDS[name];
  if (!command) fail(`Usage: node infra/stack/bootstrap.mjs ${Object.keys(COMMANDS).join('|')} [arguments]`, 2);
  const say = command.quiet ? () => {} : (line) => console.error(line);
  install(say);
  if (command.build) build(command.build, say);
  const last = command.run[command.run.length - 1];
  runAll([...command.run.slice(0, -1), [...last, ...args]], command.folder);
}

function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= OLDEST_NODE) return;
  fail(
    `Leadgraph needs Node ${OLDEST_NODE} or newer, this is ${process.versions.node} (${process.execPath}).\n` +
      'Install a newer one, for example from https://nodejs.org or with "nvm install 24", then run the command again.',
    1,
  );
}

function install(say) {
  const reason = whyInstall();
  if (!reason) return;
  console.error(`… npm ci (${reason}; takes a minute)`);
  const began = Date.now();
  const npm = process.env.npm_execpath;
  const [program, before] = npm && /\.[cm]?js$/.test(npm) ? [process.execPath, [npm]] : ['npm', []];
  const { status, signal, error } = spawnSync(
    program,
    [...before, 'ci', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: ROOT,
      env: { ...process.env, APOLLO_TELEMETRY_DISABLED: 'true' },
      stdio: ['ignore', 2, 2],
    },
  );
  if (signal) fail('The installation was interrupted.', 130);
  if (status !== 0 || error) {
    fail(
      `The installation failed${error ? ` (${error.message})` : ''}. Is the npm registry reachable? "npm ci" in ${ROOT} shows more.`,
      1,
    );
  }
  const still = whyInstall();
  if (still)
    fail(`The installation is not complete: ${still}. Delete ${path.join(ROOT, 'node_modules')} and try again.`, 1);
  say(`✓ installed${took(began)}`);
}

/** Undefined when node_modules holds what package-lock.json says for this system, else what is wrong. npm writes its own list last, so an interrupted installation has none. */
function whyInstall() {
  const wanted = readPackages('package-lock.json');
  if (!wanted) fail(`${path.join(ROOT, 'package-lock.json')} is missing or not readable.`, 1);
  const installed = readPackages('node_modules/.package-lock.json');
  if (!installed || !existsSync(path.join(ROOT, 'node_modules', '.bin', 'node'))) return 'nothing is installed yet';
  for (const [location, { version, integrity, link, optional, ...rest }] of Object.entries(wanted)) {
    if (!location.startsWith('node_modules/') || link || (optional && !isForThisSystem(rest))) continue;
    const there = installed[location];
    if (!there) return `${location} is missing`;
    if (there.version !== version || there.integrity !== integrity) return `${location} is not ${version}`;
  }
  return undefined;
}

/** Of optional packages only those for exactly this system are certain to be installed. */
function isForThisSystem({ os: systems, cpu, libc }) {
  return Boolean(systems && cpu && !libc && systems.includes(os.platform()) && cpu.includes(os.arch()));
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function build(packages, say) {
  const began = Date.now();
  const filters = packages.map((name) => `--filter=${name}`);
  const turbo = path.join(ROOT, 'node_modules', '.bin', 'turbo');
  const { status, stdout, stderr } = spawnSync(turbo, ['run', 'build', ...filters, '--output-logs=errors-only'], {
    cwd: ROOT,
    env: ENVIRONMENT,
    encoding: 'utf8',
  });
  if (status !== 0) fail(`The build failed:\n${stdout}${stderr}`, 1);
  say(`✓ built${took(began)}`);
}

/** One after the other until one fails. */
function runAll([[program, ...args], ...rest], folder) {
  const child = spawn(path.join(ROOT, program), args, { cwd: folder ?? ROOT, env: ENVIRONMENT, stdio: 'inherit' });
  const forward = (signal) => {
    // A Ctrl-C reaches the child from the terminal by itself; one more would say "at once".
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, forward);
  const parentWatch = watchParent(() => child.kill('SIGTERM'));
  child.once('error', (error) =>
    fail(`${program} could not be started (${error.message}). Delete node_modules and try again.`, 1),
  );
  child.once('exit', (code, signal) => {
    clearInterval(parentWatch);
    for (const each of SIGNALS) process.off(each, forward);
    if (signal) process.kill(process.pid, signal);
    else if (code !== 0 || rest.length === 0) process.exitCode = code;
    else runAll(rest, folder);
  });
}

/** npm that is killed takes nobody with it: without this its child would run on without a terminal. */
function watchParent(gone) {
  if (!process.env.npm_lifecycle_event) return undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone();
  }, 500).unref();
  return timer;
}

function took(began) {
  return `  ${((Date.now() - began) / 1000).toFixed(1)} s`;
}

function fail(message, code) {
  console.error(message);
  process.exit(code);
}
