// A durable queue, declared from both ends; a persistent message; and what happens when one end says otherwise.
import { Connection } from 'rabbitmq-client';

const queue = process.env['QUEUE'] ?? 'durable_queue';
const connection = new Connection(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
// The channel's error is also what queueDeclare rejects with.
connection.on('error', () => {});

const publisher = connection.createPublisher({ confirm: true, queues: [{ queue, durable: true }] });
await publisher.send({ routingKey: queue, durable: true }, 'kept');
await publisher.close();

await connection.queueDeclare({ queue, durable: true });
const message = await connection.basicGet({ queue, noAck: true });
if (message === undefined) throw new Error('the message is not there');
const mode = message.durable === true ? 2 : 1;
console.log(`received ${String(message.body)} with delivery mode ${mode}`);

try {
  await connection.queueDeclare({ queue, durable: false });
} catch (error) {
  console.log(`refused: ${error instanceof Error ? error.message : ''}`);
}
await connection.close();
