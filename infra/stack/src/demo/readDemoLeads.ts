import { readFile } from 'node:fs/promises';
import type { DemoMarket } from './demoAgents.ts';
import type { DemoLead } from './demoLead.ts';

const demoFile = (name: string) => new URL(`../../demo/${name}`, import.meta.url);

/** The thousand leads of `infra/stack/demo/leads.ndjson`. */
export async function readDemoLeads(): Promise<DemoLead[]> {
  const text = await readFile(demoFile('leads.ndjson'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as DemoLead);
}

/** The sources, agencies, agents and pools of `infra/stack/demo/agents.json`. */
export async function readDemoMarket(): Promise<DemoMarket> {
  return JSON.parse(await readFile(demoFile('agents.json'), 'utf8')) as DemoMarket;
}
