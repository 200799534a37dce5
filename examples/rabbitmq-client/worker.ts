// Works on tasks, a second for each dot, and acknowledges each when it is done. AMQP_URL says where
// from, QUEUE names the queue, DURABLE=false declares it otherwise, PREFETCH says how many tasks to
// hold at once (0: no limit), SECONDS_PER_DOT how hard the work is.
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, type AMQPError, type AsyncMessage } from 'rabbitmq-client';

const queue = process.env['QUEUE'] ?? 'task_queue';
const durable = (process.env['DURABLE'] ?? 'true') === 'true';
const secondsPerDot = Number(process.env['SECONDS_PER_DOT'] ?? 1);

const tell = (event: string, details = {}): void => {
  console.log(JSON.stringify({ event, ...details }));
};

const connection = new Connection(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const consumer = connection.createConsumer(
  {
    queue,
    queueOptions: { durable },
    qos: { prefetchCount: Number(process.env['PREFETCH'] ?? 1) },
    // One task after the other, however many the broker has sent ahead.
    concurrency: 1,
  },
  async (message: AsyncMessage) => {
    const task = String(message.body);
    const deliveryMode = message.durable === true ? 2 : 1;
    tell('received', { task, redelivered: message.redelivered, deliveryMode });
    await sleep((task.split('.').length - 1) * secondsPerDot * 1000);
    // Returning acknowledges.
    tell('done', { task });
  },
);
consumer.on('ready', () => tell('ready'));
consumer.on('error', (error: AMQPError) => void stop(error));

/** The consumer would declare the queue and consume again by itself: this worker ends instead. */
async function stop(error: AMQPError): Promise<void> {
  if (error.code === 'CANCEL_FORCED') {
    tell('cancelled');
  } else {
    tell('refused', { reason: error.message });
    process.exitCode = 1;
  }
  await consumer.close();
  await connection.close();
}
