// A durable queue, declared from both ends; a persistent message; and what happens when one end says otherwise.
import { AMQPClient } from '@cloudamqp/amqp-client';

const queue = process.env['QUEUE'] ?? 'durable_queue';
const client = new AMQPClient(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const connection = await client.connect();

const publisher = await connection.channel();
await publisher.queueDeclare(queue, { durable: true });
await publisher.confirmSelect();
await publisher.basicPublish('', queue, 'kept', { deliveryMode: 2 });

const consumer = await connection.channel();
await consumer.queueDeclare(queue, { durable: true });
const message = await consumer.basicGet(queue, { noAck: true });
if (message === null) throw new Error('the message is not there');
const mode = message.properties.deliveryMode ?? 1;
console.log(`received ${message.bodyString() ?? ''} with delivery mode ${mode}`);

try {
  await consumer.queueDeclare(queue, { durable: false });
} catch (error) {
  console.log(`refused: ${error instanceof Error ? error.message : ''}`);
}
await connection.close();
