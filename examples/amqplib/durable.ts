// A durable queue, declared from both ends; a persistent message; and what happens when one end says otherwise.
import { connect } from 'amqplib';

const queue = process.env['QUEUE'] ?? 'durable_queue';
const connection = await connect(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');

const publisher = await connection.createConfirmChannel();
await publisher.assertQueue(queue, { durable: true });
publisher.sendToQueue(queue, Buffer.from('kept'), { persistent: true });
await publisher.waitForConfirms();

const consumer = await connection.createChannel();
// The channel's error is also what assertQueue rejects with.
consumer.on('error', () => {});
await consumer.assertQueue(queue, { durable: true });
const message = await consumer.get(queue, { noAck: true });
if (message === false) throw new Error('the message is not there');
const mode: unknown = message.properties.deliveryMode;
console.log(`received ${message.content.toString()} with delivery mode ${String(mode)}`);

try {
  await consumer.assertQueue(queue, { durable: false });
} catch (error) {
  console.log(`refused: ${error instanceof Error ? error.message : ''}`);
}
await connection.close();
