// Sends each argument as a task that outlives a restart of the broker: persistent, in a durable
// queue. AMQP_URL says where to, QUEUE names the queue, DURABLE=false declares it otherwise.
import { connect } from 'amqplib';

const queue = process.env['QUEUE'] ?? 'task_queue';
const durable = (process.env['DURABLE'] ?? 'true') === 'true';
const tasks = process.argv.length > 2 ? process.argv.slice(2) : ['Hello, hare ...'];

const tell = (event: string, details = {}): void => {
  console.log(JSON.stringify({ event, ...details }));
};

const connection = await connect(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const channel = await connection.createConfirmChannel();
// What closes the channel is also what the call in progress rejects with.
channel.on('error', () => {});
try {
  await channel.assertQueue(queue, { durable });
  for (const task of tasks) channel.sendToQueue(queue, Buffer.from(task), { persistent: true });
  await channel.waitForConfirms();
  for (const task of tasks) tell('sent', { task });
} catch (error) {
  tell('refused', { reason: error instanceof Error ? error.message : '' });
  process.exitCode = 1;
}
await connection.close();
