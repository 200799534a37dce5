// Sends each argument as a task. AMQP_URL says where to; QUEUE names the queue.
import { AMQPClient } from '@cloudamqp/amqp-client';

const queue = process.env['QUEUE'] ?? 'task_queue';
const tasks = process.argv.length > 2 ? process.argv.slice(2) : ['Hello, hare ...'];

const client = new AMQPClient(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const connection = await client.connect();
const channel = await connection.channel();
await channel.queueDeclare(queue, { durable: true });
await channel.confirmSelect();
for (const task of tasks) {
  await channel.basicPublish('', queue, task, { deliveryMode: 2 });
  console.log(`sent ${task}`);
}
await connection.close();
