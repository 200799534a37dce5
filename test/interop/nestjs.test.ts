// NestJS microservices over RabbitMQ's transport (https://docs.nestjs.com/microservices/rabbitmq): a service in a process
// of its own, and the client that Nest gives to its users.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { ClientProxyFactory, Transport, type ClientProxy } from '@nestjs/microservices';
import { connect } from 'amqplib';
import { firstValueFrom } from 'rxjs';
import { BrokerProcess } from './broker-process.ts';
import { brokerUrl } from './broker-under-test.ts';
import { ExampleProgram } from './example-program.ts';
import { NO_RESTART } from './restarts.ts';

interface Stage extends AsyncDisposable {
  readonly service: ExampleProgram;
  readonly client: ClientProxy;
}

async function open(t: TestContext, url: string): Promise<Stage> {
  const queue = `nest-${randomUUID()}`;
  const service = new ExampleProgram(t, [process.execPath, 'test/interop/nestjs/service.ts'], {
    AMQP_URL: url,
    QUEUE: queue,
  });
  const client = ClientProxyFactory.create({
    transport: Transport.RMQ,
    options: {
      urls: [url],
      queue,
      queueOptions: { durable: true },
      socketOptions: { reconnectTimeInSeconds: 1, heartbeatIntervalInSeconds: 5 },
    },
  });
  await service.untilTold('ready');
  return {
    service,
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      const connection = await connect(url);
      await (await connection.createChannel()).deleteQueue(queue);
      await connection.close();
    },
  };
}

/** While the client is on its way back it refuses requests: whoever asks, asks again. */
async function requestOften(client: ClientProxy, pattern: string, data: unknown): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    try {
      return await request(client, pattern, data);
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise<void>((resolve) => {
        setTimeout(resolve, 100);
      });
    }
  }
}

async function request(client: ClientProxy, pattern: string, data: unknown): Promise<unknown> {
  return firstValueFrom(client.send<unknown>(pattern, data));
}

test('a request is answered', async (t) => {
  await using stage = await open(t, await brokerUrl(t, 'embedded'));
  const { client } = stage;
  assert.equal(await request(client, 'sum', [1, 2, 3]), 6);
  const many = Array.from({ length: 20 }, (_, i) => request(client, 'sum', [i, i]));
  assert.deepEqual(
    await Promise.all(many),
    Array.from({ length: 20 }, (_, i) => 2 * i),
  );
});

test('an error of the service reaches who asked', async (t) => {
  await using stage = await open(t, await brokerUrl(t, 'embedded'));
  const { client } = stage;
  await assert.rejects(request(client, 'fail', 'on purpose'));
});

test('events come in order, and one that is not acknowledged comes again', async (t) => {
  await using stage = await open(t, await brokerUrl(t, 'embedded'));
  const { client, service } = stage;
  for (const note of ['a', 'again b', 'c']) {
    await firstValueFrom(client.emit('noted', note), { defaultValue: null });
  }
  await service.untilTold('noted', 4);
  const notes = service.told('noted').map(({ note, redelivered }) => [note, redelivered]);
  assert.deepEqual(
    notes.filter(([, redelivered]) => redelivered === false).map(([note]) => note),
    ['a', 'again b', 'c'],
  );
  assert.deepEqual(
    notes.filter(([, redelivered]) => redelivered === true),
    [['again b', true]],
  );
});

test('service and client come back when the broker has restarted', {
  skip: NO_RESTART,
}, async (t) => {
  const broker = await BrokerProcess.start(t);
  await using stage = await open(t, broker.url);
  const { client } = stage;
  assert.equal(await request(client, 'sum', [1, 2]), 3);
  // Killed in mid-confirm, the service would end of the error: Nest leaves it unhandled.
  await broker.restart('SIGTERM');
  assert.equal(await requestOften(client, 'sum', [3, 4]), 7);
});
