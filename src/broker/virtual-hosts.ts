/** The virtual hosts of a broker: creating, changing and deleting them, and finishing what a crash has interrupted. */
import type { Logger } from '../runtime/logger.ts';
import type { DefinitionStore } from '../store/definition-store.ts';
import type { Parameters } from './parameters.ts';
import type { Eventually } from './queue/queue-ref.ts';
import { ignoreFailure, type Durable } from './stored-definitions.ts';
import type { StoredVirtualHost } from './stored-values.ts';
import { applyDefaults, type VirtualHostDefaults } from './virtual-host-defaults.ts';
import { limitsOf } from './virtual-host-limits.ts';
import {
  changedMetadata,
  checkVirtualHostName,
  VirtualHostError,
  type VirtualHostMetadata,
} from './virtual-host-metadata.ts';
import type { VirtualHost } from './virtual-host.ts';

export interface VirtualHostsOptions {
  readonly definitions: DefinitionStore;
  readonly parameters: Parameters;
  readonly log: Logger;
  readonly build: (name: string, metadata: VirtualHostMetadata) => VirtualHost;
  /** Most virtual hosts; Infinity for no limit. */
  readonly max: number;
  readonly defaults: VirtualHostDefaults;
}

/** Kinds of definitions whose keys begin with the name of a virtual host. */
const CONTENT_KINDS = ['binding', 'queue', 'exchange', 'parameter'] as const;

export class VirtualHosts {
  readonly #options: VirtualHostsOptions;
  readonly #byName = new Map<string, VirtualHost>();
  /** Those whose content is being deleted: until that is done there can be no other of the name. */
  readonly #ending = new Map<string, Promise<void>>();
  readonly #creationListeners = new Set<(name: string) => void>();
  readonly #deletionListeners = new Set<(name: string) => void>();

  constructor(options: VirtualHostsOptions) {
    this.#options = options;
  }

  [Symbol.iterator](): Iterator<VirtualHost> {
    return this.#byName.values();
  }

  get size(): number {
    return this.#byName.size;
  }

  find(name: string): VirtualHost | null {
    return this.#byName.get(name) ?? null;
  }

  /**
   * Calls `listener` with the name of each virtual host that is deleted, for what belongs to it elsewhere: what is deleted
   * from the definitions within the call is so for good together with the virtual host. Returns a function that ends it.
   */
  onDeleted(listener: (name: string) => void): () => void {
    this.#deletionListeners.add(listener);
    return () => void this.#deletionListeners.delete(listener);
  }

  /**
   * Calls `listener` with the name of each virtual host that is created, not of those that the store has. Returns a function
   * that ends it.
   */
  onCreated(listener: (name: string) => void): () => void {
    this.#creationListeners.add(listener);
    return () => void this.#creationListeners.delete(listener);
  }

  /** Creates a virtual host; one that is there stays as it is. @throws VirtualHostError */
  create(name: string, changes: Partial<VirtualHostMetadata>): Eventually<VirtualHost> {
    const existing = this.#byName.get(name);
    if (existing !== undefined) return existing;
    checkVirtualHostName(name);
    const metadata = changedMetadata(changes);
    if (this.#byName.size >= this.#options.max) {
      const text = `cannot create vhost '${name}': vhost limit of ${this.#options.max} is reached`;
      throw new VirtualHostError('limit', text);
    }
    const ending = this.#ending.get(name);
    if (ending !== undefined) return ending.then(() => this.create(name, changes));
    const virtualHost = this.#add(name, metadata);
    const stored = this.#store(virtualHost);
    applyDefaults(virtualHost, this.#options.defaults);
    for (const listener of this.#creationListeners) listener(name);
    return stored === undefined ? virtualHost : stored.then(() => virtualHost);
  }

  /** Changes the metadata; what is left out stays. @throws VirtualHostError */
  update(name: string, changes: Partial<VirtualHostMetadata>): Durable {
    const virtualHost = this.#get(name);
    virtualHost.metadata = changedMetadata(changes, virtualHost.metadata);
    return this.#store(virtualHost);
  }

  /**
   * Deletes a virtual host with all that is in it. It is gone at once for everybody, and its connections are closed.
   *
   * @throws VirtualHostError when there is none, or it is protected
   */
  delete(name: string): Durable {
    const virtualHost = this.#get(name);
    if (virtualHost.metadata.protectedFromDeletion) {
      const text = `Refusing to delete virtual host '${name}' because it is protected from deletion`;
      throw new VirtualHostError('protected', text);
    }
    const { definitions, parameters, log } = this.#options;
    this.#byName.delete(name);
    const key = keyOf(name);
    // From here on a crash leaves a mark: whoever recovers then deletes the rest.
    ignoreFailure(definitions.put({ kind: 'ending-vhost', key, value: { name } }));
    ignoreFailure(definitions.delete('vhost', key));
    parameters.deleteAllOf(name);
    for (const listener of this.#deletionListeners) listener(name);
    log.info('virtual host deleted', { vhost: name });
    const ended = virtualHost.end();
    if (ended === undefined) return definitions.delete('ending-vhost', key);
    const done = ended.then(() => {
      this.#ending.delete(name);
      return definitions.delete('ending-vhost', key);
    });
    this.#ending.set(name, done);
    return done;
  }

  /** Adds one that the store has. */
  restore({ name, ...metadata }: StoredVirtualHost): void {
    this.#add(name, metadata);
  }

  /** Deletes what is left of virtual hosts in whose deletion an earlier process ended. To be called before recovery. */
  finishDeletions(): void {
    const { definitions, log } = this.#options;
    const ending = definitions.load('ending-vhost');
    if (ending.length === 0) return;
    const keys = new Set(ending.map(({ key }) => key));
    for (const kind of CONTENT_KINDS) {
      for (const { key } of definitions.load(kind)) {
        if (keys.has(vhostKeyOf(key))) ignoreFailure(definitions.delete(kind, key));
      }
    }
    for (const { key } of ending) {
      const name = String((JSON.parse(key) as unknown[])[0]);
      for (const listener of this.#deletionListeners) listener(name);
      ignoreFailure(definitions.delete('ending-vhost', key));
      log.info('deleted what was left of a virtual host', { vhost: name });
    }
  }

  #get(name: string): VirtualHost {
    const virtualHost = this.#byName.get(name);
    if (virtualHost !== undefined) return virtualHost;
    throw new VirtualHostError('missing', `Virtual host '${name}' does not exist`);
  }

  #add(name: string, metadata: VirtualHostMetadata): VirtualHost {
    const virtualHost = this.#options.build(name, metadata);
    virtualHost.limits = limitsOf(this.#options.parameters, name);
    this.#byName.set(name, virtualHost);
    return virtualHost;
  }

  #store({ name, metadata }: VirtualHost): Durable {
    const value = { name, ...metadata };
    return this.#options.definitions.put({ kind: 'vhost', key: keyOf(name), value });
  }
}

function keyOf(name: string): string {
  return JSON.stringify([name]);
}

/** Of the key of something in a virtual host. */
function vhostKeyOf(key: string): string {
  const parts = JSON.parse(key) as readonly unknown[];
  return JSON.stringify([parts[0]]);
}
