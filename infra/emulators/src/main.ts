import { readConfig } from './config.js';
import { buildOpenAiEmulator } from './openai/openAiEmulator.js';

const config = readConfig(process.env);
const app = buildOpenAiEmulator(config);
await app.listen({ host: config.host, port: config.port });
app.log.info({ settings: config.settings }, 'OpenAI emulator is listening');

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    void app.close().then(() => process.exit(0));
  });
}
