/** One answer to Prometheus: what is wanted, what there is of it, and the text that is made of it. */
import type {
  DeclaredQueue,
  Exchange,
  OpenChannel,
  OpenConnection,
  OpenFiles,
  PluginContext,
  VirtualHost,
} from '../plugin-api.ts';
import { Exposition, type Labels, type Sample } from './exposition.ts';

export interface Wanted {
  /** In front of each name. */
  readonly prefix: 'rabbitmq_' | 'rabbitmq_detailed_';
  /** A value for each object; else the sum of all. */
  readonly isPerObject: boolean;
  readonly isVirtualHostWanted: (name: string) => boolean;
  readonly isQueueWanted: (name: string) => boolean;
}

/** What all of one kind of object tell of themselves. */
export interface Family<T> {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  /** Null where an object has no such value. */
  readonly valueOf: (object: T) => number | null;
}

export interface QueueFigures {
  readonly queue: DeclaredQueue;
  readonly facts: ReturnType<DeclaredQueue['facts']>;
}

export interface LocatedExchange {
  readonly vhost: string;
  readonly exchange: Exchange;
}

export class Scrape {
  readonly out: Exposition = new Exposition();
  readonly context: PluginContext;
  readonly wanted: Wanted;
  /** Null where the system does not tell. */
  readonly openFiles: OpenFiles | null;
  #queues: readonly QueueFigures[] | null = null;
  #connections: readonly OpenConnection[] | null = null;
  #channels: readonly OpenChannel[] | null = null;

  constructor(context: PluginContext, wanted: Wanted, openFiles: OpenFiles | null) {
    this.context = context;
    this.wanted = wanted;
    this.openFiles = openFiles;
  }

  get virtualHosts(): readonly VirtualHost[] {
    const { isVirtualHostWanted } = this.wanted;
    return [...this.context.broker.virtualHosts].filter(({ name }) => isVirtualHostWanted(name));
  }

  get queues(): readonly QueueFigures[] {
    this.#queues ??= this.virtualHosts
      .flatMap(({ queues }) => [...queues])
      .filter(({ name }) => this.wanted.isQueueWanted(name))
      .map((queue) => ({ queue, facts: queue.facts() }));
    return this.#queues;
  }

  get exchanges(): readonly LocatedExchange[] {
    return this.virtualHosts.flatMap(({ name: vhost, exchanges }) =>
      [...exchanges].map((exchange) => ({ vhost, exchange })),
    );
  }

  get connections(): readonly OpenConnection[] {
    this.#connections ??= [...this.context.connections].filter(({ vhost }) =>
      this.wanted.isVirtualHostWanted(vhost),
    );
    return this.#connections;
  }

  get channels(): readonly OpenChannel[] {
    this.#channels ??= this.connections.flatMap((connection) => [...connection.channels]);
    return this.#channels;
  }

  gauge(name: string, help: string, samples: number | readonly Sample[]): void {
    this.out.gauge(this.wanted.prefix + name, help, samples);
  }

  /** Something that only grows; the name ends in `_total`. */
  counter(name: string, help: string, samples: number | readonly Sample[]): void {
    this.out.counter(this.wanted.prefix + name, help, samples);
  }

  /** @param labelsOf which object it is, where each has a value of its own */
  families<T>(
    families: ReadonlyArray<Family<T>>,
    objects: readonly T[],
    labelsOf: (object: T) => Labels,
  ): void {
    for (const { name, help, type, valueOf } of families) {
      const samples = this.wanted.isPerObject
        ? objects.flatMap((object) => {
            const value = valueOf(object);
            return value === null ? [] : [{ labels: labelsOf(object), value }];
          })
        : objects.reduce((total, object) => total + (valueOf(object) ?? 0), 0);
      this[type](name, help, samples);
    }
  }
}

export function gauge<T>(
  name: string,
  help: string,
  valueOf: (object: T) => number | null,
): Family<T> {
  return { name, help, type: 'gauge', valueOf };
}

export function counter<T>(
  name: string,
  help: string,
  valueOf: (object: T) => number | null,
): Family<T> {
  return { name, help, type: 'counter', valueOf };
}
