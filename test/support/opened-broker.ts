// A broker on a port whose insides a test can reach: for what has no protocol of its own yet.
import { openAccess } from './guest-access.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/amqp/limits.ts';
import { AmqpListener } from '../../src/amqp/listener.ts';
import { BlockPool } from '../../src/amqp/output-buffer.ts';
import { serverProperties } from '../../src/amqp/server-properties.ts';
import { Broker, type BrokerOptions } from '../../src/broker/broker.ts';
import type { DeclaredQueue } from '../../src/broker/queue/declared-queue.ts';
import type { VirtualHost } from '../../src/broker/virtual-host.ts';
import { createSystemRuntime } from '../../src/runtime/system-runtime.ts';
import { openLocalStore } from '../../src/store/local/open-local-store.ts';
import { MemoryDefinitionStore } from '../../src/store/memory/memory-definition-store.ts';
import { MemoryJournal } from '../../src/store/memory/memory-journal.ts';

export interface OpenedBrokerOptions {
  /** What the broker keeps; in memory when left out. */
  readonly directory?: string;
  readonly broker?: Partial<BrokerOptions>;
  readonly limits?: Partial<Limits>;
}

export class OpenedBroker implements AsyncDisposable {
  readonly broker: Broker;
  readonly port: number;
  readonly #listener: AmqpListener;

  private constructor(broker: Broker, listener: AmqpListener, port: number) {
    this.broker = broker;
    this.#listener = listener;
    this.port = port;
  }

  static async open(options: OpenedBrokerOptions = {}): Promise<OpenedBroker> {
    const runtime = createSystemRuntime({});
    const store =
      options.directory === undefined
        ? { definitions: new MemoryDefinitionStore(), journal: new MemoryJournal() }
        : await openLocalStore({
            path: options.directory,
            ...runtime,
            isSynced: true,
            onTrouble: () => {},
          });
    const broker = new Broker({ runtime, ...store, ...options.broker });
    broker.recover();
    const listener = new AmqpListener({
      broker,
      access: openAccess(),
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      pool: new BlockPool(),
      serverProperties: serverProperties('0.0.0', 'leveret@localhost'),
    });
    const { port } = await listener.listen({ port: 0, host: '127.0.0.1' });
    return new OpenedBroker(broker, listener, port);
  }

  /** The virtual host of this name. */
  host(name = '/'): VirtualHost {
    const found = this.broker.findVirtualHost(name);
    if (found === null) throw new Error(`there is no virtual host ${name}`);
    return found;
  }

  queue(name: string, vhost = '/'): DeclaredQueue {
    const found = this.host(vhost).queues.find(name);
    if (found === undefined) throw new Error(`there is no queue ${name}`);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener.close();
    await this.broker.close();
  }
}
