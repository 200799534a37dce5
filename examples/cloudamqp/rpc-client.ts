// Asks the RPC server for the Fibonacci number of each argument, all at once. AMQP_URL says where
// to, QUEUE names the queue of requests.
import { randomUUID } from 'node:crypto';
import { AMQPClient, type AMQPMessage } from '@cloudamqp/amqp-client';

const queue = process.env['QUEUE'] ?? 'rpc_queue';

/** What was asked, by correlation id. */
const asked = new Map<string, number>();
const { promise: allAnswered, resolve } = Promise.withResolvers<void>();

function onAnswer(message: AMQPMessage): void {
  const id = message.properties.correlationId ?? '';
  const answer = Number(message.bodyString());
  console.log(JSON.stringify({ event: 'answered', n: asked.get(id), answer }));
  asked.delete(id);
  if (asked.size === 0) resolve();
}

const client = new AMQPClient(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const connection = await client.connect();
const channel = await connection.channel();
const { name: replyTo } = await channel.queueDeclare('', { exclusive: true });
await channel.basicConsume(replyTo, { noAck: true }, onAnswer);
for (const argument of process.argv.slice(2)) {
  const correlationId = randomUUID();
  asked.set(correlationId, Number(argument));
  await channel.basicPublish('', queue, argument, { replyTo, correlationId });
}
await allAnswered;
await connection.close();
