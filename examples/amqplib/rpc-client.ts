// Asks the RPC server for the Fibonacci number of each argument, all at once. AMQP_URL says where
// to, QUEUE names the queue of requests.
import { randomUUID } from 'node:crypto';
import { connect, type ConsumeMessage } from 'amqplib';

const queue = process.env['QUEUE'] ?? 'rpc_queue';

/** What was asked, by correlation id. */
const asked = new Map<unknown, number>();
const { promise: allAnswered, resolve } = Promise.withResolvers<void>();

function onAnswer(message: ConsumeMessage | null): void {
  if (message === null) return;
  const id: unknown = message.properties.correlationId;
  const answer = Number(message.content.toString());
  console.log(JSON.stringify({ event: 'answered', n: asked.get(id), answer }));
  asked.delete(id);
  if (asked.size === 0) resolve();
}

const connection = await connect(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const channel = await connection.createChannel();
const { queue: replyTo } = await channel.assertQueue('', { exclusive: true });
await channel.consume(replyTo, onAnswer, { noAck: true });
for (const argument of process.argv.slice(2)) {
  const correlationId = randomUUID();
  asked.set(correlationId, Number(argument));
  channel.sendToQueue(queue, Buffer.from(argument), { replyTo, correlationId });
}
await allAnswered;
await connection.close();
