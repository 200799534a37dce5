// Works on tasks, a second for each dot, and acknowledges each when it is done. AMQP_URL says where from, QUEUE names the
// queue, PREFETCH how many tasks to hold at once (0: no limit), SECONDS_PER_DOT how hard the work is.
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type ConsumeMessage } from 'amqplib';

const queue = process.env['QUEUE'] ?? 'task_queue';
const secondsPerDot = Number(process.env['SECONDS_PER_DOT'] ?? 1);

const connection = await connect(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const channel = await connection.createChannel();
await channel.assertQueue(queue, { durable: true });
await channel.prefetch(Number(process.env['PREFETCH'] ?? 1));

/** One task after the other, however many the broker has sent ahead. */
let work = Promise.resolve();
const onTask = (message: ConsumeMessage | null): void => {
  if (message !== null) work = work.then(() => perform(message));
};

async function perform(message: ConsumeMessage): Promise<void> {
  const task = message.content.toString();
  console.log(message.fields.redelivered ? 'received again' : 'received', task);
  await sleep((task.split('.').length - 1) * secondsPerDot * 1000);
  console.log('done', task);
  channel.ack(message);
}

await channel.consume(queue, onTask, { noAck: false });
console.log('ready');
