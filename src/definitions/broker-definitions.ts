/** Export and import of a broker's definitions: all or nothing. */
import type { AccessControl } from '../access/access-control.ts';
import type { Broker } from '../broker/broker.ts';
import { Application, type Target } from './apply.ts';
import { checkDefinitions, readDefinitions, type Definitions, type UserItem } from './document.ts';
import { DefinitionsError } from './definitions-error.ts';
import { exportAll, exportHost, type Exporter } from './export.ts';
import { rehearse } from './rehearsal.ts';

/** Parameters that mean something to plugins of RabbitMQ only: left out, and told. */
const FOREIGN_COMPONENTS: ReadonlySet<string> = new Set([
  'federation',
  'federation-upstream',
  'federation-upstream-set',
  'shovel',
  'mqtt',
]);

export interface ImportResult {
  /** Items that mean nothing here, as `component 'name'`. */
  readonly skipped: readonly string[];
}

export class BrokerDefinitions {
  readonly #broker: Broker;
  readonly #access: AccessControl;
  readonly #exporter: Exporter;
  /** Imports follow each other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(broker: Broker, access: AccessControl, exporter: Exporter) {
    this.#broker = broker;
    this.#access = access;
    this.#exporter = exporter;
  }

  /** @param vhost the one to export; all, and users with them, when left out. @throws DefinitionsError when there is none */
  export(vhost?: string): object {
    if (vhost === undefined) return exportAll(this.#broker, this.#access, this.#exporter);
    const host = this.#broker.findVirtualHost(vhost);
    if (host === null) throw new DefinitionsError(`there is no virtual host '${vhost}'`);
    return exportHost(host, this.#broker, this.#exporter);
  }

  /**
   * Imports a document, as octets or parsed. Resolves when all of it is durable.
   *
   * @param vhost where all of it goes; each item says so itself when left out
   * @throws DefinitionsError that names the item that is refused; then nothing has changed
   */
  async import(document: unknown, vhost: string | null = null): Promise<ImportResult> {
    const read =
      document instanceof Uint8Array
        ? readDefinitions(document, vhost)
        : checkDefinitions(document, vhost);
    const turn = this.#last.then(async () => this.#import(read));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #import(read: Definitions): Promise<ImportResult> {
    const { broker, access } = this.#target();
    const isForeign = ({ component }: { readonly component: string }): boolean =>
      FOREIGN_COMPONENTS.has(component) && !broker.parameters.has(component);
    const skipped = read.parameters.filter(isForeign);
    const parameters = read.parameters.filter((parameter) => !isForeign(parameter));
    const users = await Promise.all(read.users.map(async (user) => withHash(user, access)));
    const definitions = { ...read, parameters, users };
    const target = this.#target();
    await rehearse(definitions, target);
    const applied = new Application(target).run(definitions);
    // All is declared by now, or something was refused.
    broker.turn.end();
    await applied;
    return { skipped: skipped.map(({ component, name }) => `${component} '${name}'`) };
  }

  #target(): Target {
    const broker = this.#broker;
    const putParameter: Target['putParameter'] = ({ component, vhost, name, value }) =>
      broker.parameters.put(component, vhost, name, value);
    return { broker, access: this.#access, putParameter };
  }
}

/** A password in clear is for documents that people write. */
async function withHash(user: UserItem, access: AccessControl): Promise<UserItem> {
  const { password, ...rest } = user;
  if (password === undefined || rest.password_hash !== undefined) return rest;
  const { passwordHash, hashingAlgorithm } = await access.users.hashPassword(password);
  return { ...rest, password_hash: passwordHash, hashing_algorithm: hashingAlgorithm };
}
