// Sends each argument as a task that outlives a restart of the broker: persistent, in a durable
// queue. AMQP_URL says where to, QUEUE names the queue, DURABLE=false declares it otherwise.
import { AMQPClient } from '@cloudamqp/amqp-client';

const queue = process.env['QUEUE'] ?? 'task_queue';
const durable = (process.env['DURABLE'] ?? 'true') === 'true';
const tasks = process.argv.length > 2 ? process.argv.slice(2) : ['Hello, hare ...'];

const tell = (event: string, details = {}): void => {
  console.log(JSON.stringify({ event, ...details }));
};

const client = new AMQPClient(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const connection = await client.connect();
const channel = await connection.channel();
try {
  await channel.queueDeclare(queue, { durable });
  await channel.confirmSelect();
  for (const task of tasks) {
    // With confirms on, this resolves when the broker has the task.
    await channel.basicPublish('', queue, task, { deliveryMode: 2 });
    tell('sent', { task });
  }
} catch (error) {
  tell('refused', { reason: error instanceof Error ? error.message : '' });
  process.exitCode = 1;
}
await connection.close();
