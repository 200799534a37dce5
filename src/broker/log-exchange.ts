/**
 * The log as messages: what is logged goes to the topic exchange `amq.rabbitmq.log` too, with the level as its routing key
 * (https://www.rabbitmq.com/docs/logging#log-exchange).
 */
import { fromPlain } from '../amqp/wire/field-table.ts';
import { writeProperties } from '../amqp/wire/property-octets.ts';
import type { LogLevel } from '../runtime/logger.ts';
import type { Broker } from './broker.ts';
import { Message, MessageAddress } from './message.ts';
import { ignoreFailure } from './stored-definitions.ts';
import type { VirtualHost } from './virtual-host.ts';

const EXCHANGE = 'amq.rabbitmq.log';
/** Lines that wait to be published; what is logged beyond is not. */
const WAITING_MAX = 1000;
/** RabbitMQ's names for levels, where they differ. */
const ROUTING_KEYS: Readonly<Record<LogLevel, string>> = {
  error: 'error',
  warn: 'warning',
  info: 'info',
  debug: 'debug',
};

interface Line {
  readonly text: string;
  readonly level: LogLevel;
}

export class LogExchange {
  readonly #contentType: string;
  #broker: Broker | null = null;
  #vhost = '';
  readonly #waiting: Line[] = [];
  #isPublishing = false;

  constructor(format: 'plaintext' | 'json') {
    this.#contentType = format === 'json' ? 'application/json' : 'text/plain';
  }

  /** The broker is ready: from now on lines are published, in this virtual host. */
  attach(broker: Broker, vhost: string): void {
    const host = broker.findVirtualHost(vhost);
    if (host === null) return;
    ignoreFailure(host.exchanges.declareSystem(EXCHANGE, 'topic'));
    broker.turn.end();
    this.#broker = broker;
    this.#vhost = vhost;
  }

  /** Nothing is published any more. */
  detach(): void {
    this.#broker = null;
    this.#waiting.length = 0;
  }

  /** A line of the log: published when what is going on now has come to its end. */
  write(text: string, level: LogLevel): void {
    // What publishing itself has to tell would never end.
    if (this.#broker === null || this.#isPublishing || this.#waiting.length >= WAITING_MAX) return;
    this.#waiting.push({ text, level });
    if (this.#waiting.length === 1) this.#broker.runtime.timers.after(0, () => this.#publishAll());
  }

  #publishAll(): void {
    const host = this.#broker?.findVirtualHost(this.#vhost) ?? null;
    const lines = this.#waiting.splice(0);
    if (this.#broker === null || host === null) return;
    this.#isPublishing = true;
    try {
      for (const line of lines) this.#publish(line, host, this.#broker);
      this.#broker.turn.end();
    } finally {
      this.#isPublishing = false;
    }
  }

  #publish({ text, level }: Line, host: VirtualHost, { nodeName, runtime, turn }: Broker): void {
    const exchange = host.exchanges.find(EXCHANGE);
    if (exchange === undefined) return;
    const properties = writeProperties({
      contentType: this.#contentType,
      timestamp: BigInt(Math.floor(runtime.clock.nowMs() / 1000)),
      headers: fromPlain({ node: nodeName }),
    });
    const routingKey = ROUTING_KEYS[level];
    const body = Buffer.from(text);
    const message = new Message(
      new MessageAddress(EXCHANGE, routingKey),
      false,
      properties,
      0,
      properties.length,
      body,
      0,
      body.length,
      null,
      -1,
      turn.nowMs(),
      null,
    );
    const { queues } = host.routeByKeys(exchange, [routingKey], message);
    for (const queue of queues) queue.publish(message);
  }
}
