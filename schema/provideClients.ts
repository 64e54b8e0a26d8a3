import { openClientStore, storeAddress } from './publishing/clientStore.ts';
import { providePartner, publishAll } from './publishing/provideClients.ts';
import { runCommand } from './publishing/runCommand.ts';

/** For the local stack: `provideClients.ts NAME KEY_FILE` publishes all manifests and sees to a partner. Prints one line of JSON: `{"key", "problems"}`. */
async function provide([name, keyFile]: readonly string[]): Promise<void> {
  if (!name || !keyFile) throw new Error('usage: provideClients.ts NAME KEY_FILE');
  const store = await openClientStore(storeAddress(process.env));
  try {
    const key = await providePartner(store, name, keyFile, Date.now());
    const problems = await publishAll(store, process.cwd(), Date.now());
    console.log(JSON.stringify({ key, problems }));
  } finally {
    await store.close();
  }
}

process.exitCode = await runCommand(provide(process.argv.slice(2)));
