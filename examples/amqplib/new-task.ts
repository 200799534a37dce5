// Sends each argument as a task. AMQP_URL says where to; QUEUE names the queue.
import { connect } from 'amqplib';

const queue = process.env['QUEUE'] ?? 'task_queue';
const tasks = process.argv.length > 2 ? process.argv.slice(2) : ['Hello, hare ...'];

const connection = await connect(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const channel = await connection.createConfirmChannel();
await channel.assertQueue(queue, { durable: true });
for (const task of tasks) channel.sendToQueue(queue, Buffer.from(task), { persistent: true });
await channel.waitForConfirms();
for (const task of tasks) console.log(`sent ${task}`);
await connection.close();
