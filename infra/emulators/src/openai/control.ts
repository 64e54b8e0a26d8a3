import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Service } from './service.js';
import { EmulatorSettingsChange } from './settings.js';

/** `/_emulator/…`: what a test or an operator changes and reads at run time. No key is needed; the emulator listens on loopback. */
export function addControl(app: FastifyInstance, service: Service): void {
  app.get('/_emulator/settings', async () => service.settings);

  app.patch('/_emulator/settings', async (request, reply) => {
    const change = EmulatorSettingsChange.safeParse(request.body);
    if (!change.success) return reply.code(400).send({ error: { message: z.prettifyError(change.error) } });
    const given = Object.entries(change.data).filter(([, value]) => value !== undefined);
    return service.change(Object.fromEntries(given));
  });

  app.get('/_emulator/stats', async () => service.stats.read());

  app.post('/_emulator/reset', async () => {
    service.reset();
    return service.settings;
  });
}
