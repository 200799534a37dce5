// Sends each argument as a task that outlives a restart of the broker: persistent, in a durable
// queue. AMQP_URL says where to, QUEUE names the queue, DURABLE=false declares it otherwise.
import { Connection } from 'rabbitmq-client';

const queue = process.env['QUEUE'] ?? 'task_queue';
const durable = (process.env['DURABLE'] ?? 'true') === 'true';
const tasks = process.argv.length > 2 ? process.argv.slice(2) : ['Hello, hare ...'];

const tell = (event: string, details = {}): void => {
  console.log(JSON.stringify({ event, ...details }));
};

const connection = new Connection(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
// The publisher declares the queue before it sends the first message.
const publisher = connection.createPublisher({ confirm: true, queues: [{ queue, durable }] });
try {
  for (const task of tasks) {
    // With confirms on, this resolves when the broker has the task. `durable` makes it persistent.
    await publisher.send({ routingKey: queue, durable: true }, task);
    tell('sent', { task });
  }
} catch (error) {
  tell('refused', { reason: error instanceof Error ? error.message : '' });
  process.exitCode = 1;
}
await publisher.close();
await connection.close();
