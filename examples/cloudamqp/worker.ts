// Works on tasks, a second for each dot, and acknowledges each when it is done. AMQP_URL says where from, QUEUE names the
// queue, PREFETCH how many tasks to hold at once (0: no limit), SECONDS_PER_DOT how hard the work is.
import { setTimeout as sleep } from 'node:timers/promises';
import { AMQPClient, type AMQPMessage } from '@cloudamqp/amqp-client';

const queue = process.env['QUEUE'] ?? 'task_queue';
const secondsPerDot = Number(process.env['SECONDS_PER_DOT'] ?? 1);

const client = new AMQPClient(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const connection = await client.connect();
const channel = await connection.channel();
await channel.queueDeclare(queue, { durable: true });
await channel.basicQos(Number(process.env['PREFETCH'] ?? 1));

/** One task after the other, however many the broker has sent ahead. */
let work = Promise.resolve();
const onTask = (message: AMQPMessage): void => {
  work = work.then(() => perform(message));
};

async function perform(message: AMQPMessage): Promise<void> {
  const task = message.bodyString() ?? '';
  console.log(message.redelivered ? 'received again' : 'received', task);
  await sleep((task.split('.').length - 1) * secondsPerDot * 1000);
  console.log('done', task);
  await message.ack();
}

await channel.basicConsume(queue, { noAck: false }, onTask);
console.log('ready');
