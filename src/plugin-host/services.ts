/** The background services of all plugins. One that fails is told of and does no harm. */
import type { Logger } from '../runtime/logger.ts';
import type { Service, ServiceHost } from '../plugins/plugin-api.ts';

export class Services implements ServiceHost {
  readonly #log: Logger;
  readonly #added: Service[] = [];
  readonly #started: Service[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  add(service: Service): void {
    this.#added.push(service);
  }

  /** In the order in which they were added. */
  async start(): Promise<void> {
    for (const service of this.#added) {
      try {
        await service.start();
        this.#started.push(service);
      } catch (error) {
        this.#log.error('a service could not be started', { service: service.name, error });
      }
    }
  }

  /** The last first. */
  async stop(): Promise<void> {
    for (;;) {
      const service = this.#started.pop();
      if (service === undefined) return;
      try {
        await service.stop();
      } catch (error) {
        this.#log.error('a service could not be stopped', { service: service.name, error });
      }
    }
  }
}
