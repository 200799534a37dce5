/** Sets plugins up, gives each what plugin-api.ts promises, and starts and stops what they have added. */
import type { About, ListenerFacts, Plugin, PluginContext } from '../plugins/plugin-api.ts';
import type { CertificateFacts } from '../runtime/tls-identity.ts';
import { HttpListeners } from './http-listeners.ts';
import { Services } from './services.ts';

/** What the host itself does not make. */
export type PluginSurroundings = Omit<PluginContext, 'http' | 'services' | 'about'> & {
  readonly about: Omit<About, 'listeners' | 'certificates' | 'plugins'>;
  /** Those of the broker itself. */
  readonly listeners: () => readonly ListenerFacts[];
  readonly certificates: () => readonly CertificateFacts[];
};

/** A plugin could not be set up. */
export class PluginError extends Error {
  override readonly name = 'PluginError';
}

export class PluginHost {
  readonly #surroundings: PluginSurroundings;
  readonly #http: HttpListeners;
  readonly #services: Services;
  readonly #names = new Set<string>();

  constructor(surroundings: PluginSurroundings) {
    this.#surroundings = surroundings;
    this.#http = new HttpListeners(surroundings.runtime);
    this.#services = new Services(surroundings.runtime.log);
  }

  get listeners(): readonly ListenerFacts[] {
    return [...this.#surroundings.listeners(), ...this.#http.facts];
  }

  /** Of the plugins that are set up, in that order. */
  get names(): readonly string[] {
    return [...this.#names];
  }

  /** Reads files of certificates that have changed. */
  refreshCertificates(): void {
    this.#http.refreshCertificates();
  }

  /** @throws PluginError */
  async setUp(plugin: Plugin): Promise<void> {
    const { name } = plugin;
    if (this.#names.has(name)) throw new PluginError(`plugin ${name} is there twice`);
    this.#names.add(name);
    try {
      await plugin.setup(this.#contextFor(name));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new PluginError(`plugin ${name} cannot be set up: ${reason}`, { cause: error });
    }
  }

  #contextFor(name: string): PluginContext {
    const { broker, access, definitions, connections, runtime, about } = this.#surroundings;
    return {
      broker,
      access,
      definitions,
      connections,
      http: this.#http,
      services: this.#services,
      runtime: { ...runtime, log: runtime.log.child({ plugin: name }) },
      about: {
        ...about,
        plugins: () => [...this.#names],
        listeners: () => this.listeners,
        certificates: () => [...this.#surroundings.certificates(), ...this.#http.certificates],
      },
    };
  }

  /** Rejects as HttpListeners.listen does. */
  async start(): Promise<void> {
    await this.#http.listen();
    await this.#services.start();
  }

  async stop(): Promise<void> {
    await this.#services.stop();
    await this.#http.close();
  }
}
