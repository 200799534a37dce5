// Asks the RPC server for the Fibonacci number of each argument, all at once. AMQP_URL says where
// to, QUEUE names the queue of requests.
import { randomUUID } from 'node:crypto';
import { Connection, type AsyncMessage } from 'rabbitmq-client';

const queue = process.env['QUEUE'] ?? 'rpc_queue';

/** What was asked, by correlation id. */
const asked = new Map<string, number>();
const { promise: allAnswered, resolve } = Promise.withResolvers<void>();

function onAnswer(message: AsyncMessage): void {
  const id = message.correlationId ?? '';
  const answer = Number(message.body);
  console.log(JSON.stringify({ event: 'answered', n: asked.get(id), answer }));
  asked.delete(id);
  if (asked.size === 0) resolve();
}

const connection = new Connection(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const channel = await connection.acquire();
const { queue: replyTo } = await channel.queueDeclare({ queue: '', exclusive: true });
await channel.basicConsume({ queue: replyTo, noAck: true }, onAnswer);
for (const argument of process.argv.slice(2)) {
  const correlationId = randomUUID();
  asked.set(correlationId, Number(argument));
  await channel.basicPublish({ routingKey: queue, replyTo, correlationId }, argument);
}
await allAnswered;
await channel.close();
await connection.close();
