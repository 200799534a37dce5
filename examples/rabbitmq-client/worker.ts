// Works on tasks, a second for each dot, and acknowledges each when it is done. AMQP_URL says where from, QUEUE names the
// queue, PREFETCH how many tasks to hold at once (0: no limit), SECONDS_PER_DOT how hard the work is.
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, type AsyncMessage } from 'rabbitmq-client';

const queue = process.env['QUEUE'] ?? 'task_queue';
const secondsPerDot = Number(process.env['SECONDS_PER_DOT'] ?? 1);

const connection = new Connection(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const consumer = connection.createConsumer(
  {
    queue,
    queueOptions: { durable: true },
    qos: { prefetchCount: Number(process.env['PREFETCH'] ?? 1) },
    // One task after the other, however many the broker has sent ahead.
    concurrency: 1,
  },
  async (message: AsyncMessage) => {
    const task = String(message.body);
    console.log(message.redelivered ? 'received again' : 'received', task);
    await sleep((task.split('.').length - 1) * secondsPerDot * 1000);
    // Returning acknowledges.
    console.log('done', task);
  },
);
consumer.on('ready', () => console.log('ready'));
