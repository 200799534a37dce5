// A NestJS microservice: answers requests and takes events from a queue, two at a time, each acknowledged by hand.
// AMQP_URL and QUEUE say where; it tells what happens in one line of JSON for each event.
import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Ctx,
  EventPattern,
  MessagePattern,
  Payload,
  Transport,
  type MicroserviceOptions,
  type RmqContext,
} from '@nestjs/microservices';

function tell(event: object): void {
  console.log(JSON.stringify(event));
}

interface AmqpChannel {
  ack(message: unknown): void;
  nack(message: unknown, allUpTo: boolean, requeue: boolean): void;
}

class Tasks {
  sum(numbers: readonly number[], context: RmqContext): number {
    this.#channel(context).ack(context.getMessage());
    return numbers.reduce((total, number) => total + number, 0);
  }

  fail(reason: string, context: RmqContext): never {
    this.#channel(context).ack(context.getMessage());
    throw new Error(reason);
  }

  /** Takes what is marked only the second time. */
  noted(note: string, context: RmqContext): void {
    const { redelivered } = context.getMessage()['fields'] as { redelivered: boolean };
    tell({ event: 'noted', note, redelivered });
    const isLeft = note.startsWith('again') && !redelivered;
    if (isLeft) this.#channel(context).nack(context.getMessage(), false, true);
    else this.#channel(context).ack(context.getMessage());
  }

  #channel(context: RmqContext): AmqpChannel {
    return context.getChannelRef() as AmqpChannel;
  }
}

/** What decorators do: Node runs these sources as they are, and knows no decorators. */
function decorateMethod(
  name: keyof Tasks,
  // Each kind of decorator has its own idea of what it decorates.
  // oxlint-disable-next-line typescript/no-explicit-any
  decorate: (target: object, name: string, descriptor: TypedPropertyDescriptor<any>) => unknown,
): void {
  const descriptor = Object.getOwnPropertyDescriptor(Tasks.prototype, name);
  if (descriptor === undefined) throw new Error(`no method ${name}`);
  decorate(Tasks.prototype, name, descriptor);
  Payload()(Tasks.prototype, name, 0);
  Ctx()(Tasks.prototype, name, 1);
}

decorateMethod('sum', MessagePattern('sum'));
decorateMethod('fail', MessagePattern('fail'));
decorateMethod('noted', EventPattern('noted'));
Controller()(Tasks);

/** The module, which Nest wants to be a class. */
// oxlint-disable-next-line typescript/no-extraneous-class
class App {}
Module({ controllers: [Tasks] })(App);

const service = await NestFactory.createMicroservice<MicroserviceOptions>(App, {
  logger: false,
  transport: Transport.RMQ,
  options: {
    urls: [process.env['AMQP_URL'] ?? ''],
    queue: process.env['QUEUE'] ?? '',
    queueOptions: { durable: true },
    noAck: false,
    prefetchCount: 2,
    socketOptions: { reconnectTimeInSeconds: 1, heartbeatIntervalInSeconds: 5 },
  },
});
service.status.subscribe((status) => tell({ event: 'status', status }));
await service.listen();
tell({ event: 'ready' });
