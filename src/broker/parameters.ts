/**
 * Runtime parameters: what operators set while the broker runs, each for one virtual host, by component and name
 * (https://www.rabbitmq.com/docs/parameters). A component says what its values must be, and is told when one changes.
 */
import type { Definition, DefinitionStore } from '../store/definition-store.ts';
import { readParameter, type Parameter } from './stored-parameters.ts';
import { ignoreFailure, type Durable } from './stored-definitions.ts';

/** What a parameter is for. */
export interface ParameterComponent {
  /** What is wrong with a value, in RabbitMQ's words: none where it is good. */
  validate(name: string, value: unknown, vhost: string): readonly string[];
  /**
   * A parameter was set; not called for those that are there when the broker starts, which `list` has. A promise: the
   * change is complete only when that resolves.
   */
  onSet?(parameter: Parameter): Durable;
  /** A parameter was deleted, other than with its virtual host. */
  onDeleted?(parameter: Parameter): Durable;
}

/** A parameter is refused. The message is RabbitMQ's, with line breaks. */
export class ParameterError extends Error {
  readonly reason: 'invalid' | 'missing';

  constructor(reason: 'invalid' | 'missing', message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Policies are set by methods of their own. */
const POLICY = 'policy';

export interface ParametersOptions {
  readonly definitions: DefinitionStore;
  readonly hasVirtualHost: (name: string) => boolean;
  /** Most parameters of a component, in all virtual hosts together. */
  readonly limits?: Readonly<Record<string, number>> | undefined;
}

/** Is told what a parameter is now, or what it was when it is cleared. */
type ParameterListener = (parameter: Parameter, isSet: boolean) => void;

export class Parameters {
  readonly #listeners = new Set<ParameterListener>();
  readonly #options: ParametersOptions;
  readonly #components = new Map<string, ParameterComponent>();
  /** By virtual host, component and name. */
  readonly #values = new Map<string, Map<string, Map<string, Parameter>>>();

  constructor(options: ParametersOptions) {
    this.#options = options;
  }

  /** Makes a component known. Returns a function that makes it unknown again; its parameters stay. */
  register(name: string, component: ParameterComponent): () => void {
    if (this.#components.has(name)) throw new Error(`component '${name}' is registered already`);
    this.#components.set(name, component);
    return () => void this.#components.delete(name);
  }

  /** Whether a component is known. */
  has(component: string): boolean {
    return this.#components.has(component);
  }

  /** Calls back with each parameter that is set to something else, or cleared. Returns a function that ends that. */
  onChange(listener: ParameterListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** All, or those of a component or of a virtual host. Policies only where they are asked for. */
  list(component?: string, vhost?: string): readonly Parameter[] {
    const hosts = vhost === undefined ? [...this.#values.values()] : [this.#values.get(vhost)];
    return hosts.flatMap((byComponent) =>
      component === undefined
        ? [...(byComponent ?? [])]
            .filter(([name]) => name !== POLICY)
            .flatMap(([, byName]) => [...byName.values()])
        : [...(byComponent?.get(component)?.values() ?? [])],
    );
  }

  find(component: string, vhost: string, name: string): Parameter | null {
    return this.#values.get(vhost)?.get(component)?.get(name) ?? null;
  }

  /**
   * Sets a parameter.
   *
   * @throws ParameterError for an unknown component or virtual host, a wrong value, and for policies
   */
  put(component: string, vhost: string, name: string, value: unknown): Durable {
    if (component === POLICY) {
      throw new ParameterError('invalid', 'policies may not be set using this method');
    }
    return this.set({ component, vhost, name, value });
  }

  /** @throws ParameterError when there is none, and for policies */
  delete(component: string, vhost: string, name: string): Durable {
    if (component === POLICY) {
      throw new ParameterError('invalid', 'policies may not be cleared using this method');
    }
    return this.clear(component, vhost, name);
  }

  /** As `put`, for policies too: their own way here. */
  set(parameter: Parameter): Durable {
    const { component, vhost, name, value } = parameter;
    const handler = this.check(parameter);
    if (!this.#options.hasVirtualHost(vhost)) throw missingVirtualHost(vhost);
    const earlier = this.find(component, vhost, name);
    if (earlier === null) this.#checkRoom(component);
    const isSame = earlier !== null && JSON.stringify(earlier.value) === JSON.stringify(value);
    const stored = this.#store(parameter);
    this.#remember(parameter);
    if (!isSame) this.#tell(parameter, true);
    return both(stored, isSame ? undefined : handler.onSet?.(parameter));
  }

  /** @throws ParameterError with RabbitMQ's text */
  #checkRoom(component: string): void {
    const limit = this.#options.limits?.[component];
    if (limit === undefined || this.list(component).length < limit) return;
    throw new ParameterError('invalid', `component ${component} is limited to ${limit} per node`);
  }

  /** As `delete`, for policies too. */
  clear(component: string, vhost: string, name: string): Durable {
    const parameter = this.find(component, vhost, name);
    if (parameter === null) throw new ParameterError('missing', 'Parameter does not exist');
    this.#values.get(vhost)?.get(component)?.delete(name);
    const stored = this.#options.definitions.delete('parameter', keyOf(parameter));
    this.#tell(parameter, false);
    return both(stored, this.#components.get(component)?.onDeleted?.(parameter));
  }

  /** Says whether `set` would take it, and changes nothing. @throws ParameterError */
  check({ component, vhost, name, value }: Parameter): ParameterComponent {
    const handler = this.#components.get(component);
    const errors =
      handler === undefined
        ? [`component ${component} not found`]
        : handler.validate(name, value, vhost);
    if (handler === undefined || errors.length > 0) {
      throw new ParameterError('invalid', `Validation failed\n\n${errors.join('\n')}\n`);
    }
    return handler;
  }

  /** A virtual host ends: so do its parameters, and nobody is told. */
  deleteAllOf(vhost: string): void {
    const byComponent = this.#values.get(vhost);
    this.#values.delete(vhost);
    for (const byName of byComponent?.values() ?? []) {
      for (const parameter of byName.values()) {
        ignoreFailure(this.#options.definitions.delete('parameter', keyOf(parameter)));
      }
    }
  }

  /** Takes over one that the store has. @throws Error for what is none */
  restore({ value }: Definition): void {
    this.#remember(readParameter(value));
  }

  #tell(parameter: Parameter, isSet: boolean): void {
    for (const listener of this.#listeners) listener(parameter, isSet);
  }

  #remember(parameter: Parameter): void {
    const byComponent = entryOf(this.#values, parameter.vhost);
    entryOf(byComponent, parameter.component).set(parameter.name, parameter);
  }

  #store(parameter: Parameter): Durable {
    const key = keyOf(parameter);
    return this.#options.definitions.put({ kind: 'parameter', key, value: parameter });
  }
}

function missingVirtualHost(name: string): ParameterError {
  return new ParameterError('missing', `Virtual host '${name}' does not exist`);
}

function keyOf({ vhost, component, name }: Parameter): string {
  return JSON.stringify([vhost, component, name]);
}

function entryOf<T>(map: Map<string, Map<string, T>>, key: string): Map<string, T> {
  let entry = map.get(key);
  if (entry === undefined) {
    entry = new Map();
    map.set(key, entry);
  }
  return entry;
}

/** When both are done. */
function both(stored: Durable, applied: Durable): Durable {
  if (applied === undefined) return stored;
  return stored === undefined ? applied : awaitBoth(stored, applied);
}

async function awaitBoth(stored: Promise<void>, applied: Promise<void>): Promise<void> {
  await Promise.all([stored, applied]);
}
