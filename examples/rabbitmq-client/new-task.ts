// Sends each argument as a task. AMQP_URL says where to; QUEUE names the queue.
import { Connection } from 'rabbitmq-client';

const queue = process.env['QUEUE'] ?? 'task_queue';
const tasks = process.argv.length > 2 ? process.argv.slice(2) : ['Hello, hare ...'];

const connection = new Connection(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const publisher = connection.createPublisher({ confirm: true, queues: [{ queue, durable: true }] });
for (const task of tasks) {
  await publisher.send({ routingKey: queue, durable: true }, task);
  console.log(`sent ${task}`);
}
await publisher.close();
await connection.close();
