import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayKind, Sharing } from './gateways/gatewayKinds.ts';
import { type Keys, makeKeys } from './gateways/keys.ts';
import { type RunningGateway, startGateway } from './gateways/startGateway.ts';
import { assignCores, type Cores } from './processes/cores.ts';
import { waitForTurn } from './processes/waitForTurn.ts';
import { type Replay, startReplay } from './replay/startReplay.ts';
import { composeShop } from './shop/composeShop.ts';

/** What every measurement stands on: cores, keys, replayed subgraphs and their supergraph. */
export interface TestBed {
  readonly cores: Cores;
  readonly keys: Keys;
  readonly replay: Replay;
  readonly start: (kind: GatewayKind, sharing: Sharing) => Promise<RunningGateway>;
}

/** Prepares a measurement, when no other one is under way. Its files are deleted and its processes ended when this process ends. */
export async function prepareTestBed(): Promise<TestBed> {
  await waitForTurn();
  const folder = mkdtempSync(join(tmpdir(), 'leadgraph-perf-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const cores = assignCores();
  const keys = makeKeys(folder);
  const replay = await startReplay(cores.load);
  const supergraphFile = join(folder, 'supergraph.graphql');
  writeFileSync(supergraphFile, composeShop(replay.urls));
  return {
    cores,
    keys,
    replay,
    start: (kind, sharing) => startGateway({ kind, sharing, supergraphFile, keys, cores: cores.gateway }),
  };
}

/** What a reader has to know of the machine. */
export function machineOf({ cores }: Pick<TestBed, 'cores'>): Record<string, string> {
  const [cpu] = cpus();
  return {
    node: `Node ${process.versions.node}`,
    cpu: `${cpus().length} × ${cpu?.model ?? 'unknown'}`,
    cores: cores.remark,
  };
}
