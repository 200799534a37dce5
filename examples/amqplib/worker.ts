// Works on tasks, a second for each dot, and acknowledges each when it is done. AMQP_URL says where
// from, QUEUE names the queue, DURABLE=false declares it otherwise, PREFETCH says how many tasks to
// hold at once (0: no limit), SECONDS_PER_DOT how hard the work is.
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type ConsumeMessage } from 'amqplib';

const queue = process.env['QUEUE'] ?? 'task_queue';
const durable = (process.env['DURABLE'] ?? 'true') === 'true';
const secondsPerDot = Number(process.env['SECONDS_PER_DOT'] ?? 1);

const tell = (event: string, details = {}): void => {
  console.log(JSON.stringify({ event, ...details }));
};

const connection = await connect(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const channel = await connection.createChannel();
// What closes the channel is also what the call in progress rejects with.
channel.on('error', () => {});

/** One task after the other, however many the broker has sent ahead. */
let work = Promise.resolve();
const onTask = (message: ConsumeMessage | null): void => {
  work = work.then(() => (message === null ? stop() : perform(message)));
};

async function perform(message: ConsumeMessage): Promise<void> {
  const task = message.content.toString();
  const deliveryMode: unknown = message.properties.deliveryMode;
  tell('received', { task, redelivered: message.fields.redelivered, deliveryMode });
  await sleep((task.split('.').length - 1) * secondsPerDot * 1000);
  tell('done', { task });
  channel.ack(message);
}

/** amqplib says with null that the queue was deleted. */
async function stop(): Promise<void> {
  tell('cancelled');
  await connection.close();
}

try {
  await channel.assertQueue(queue, { durable });
  await channel.prefetch(Number(process.env['PREFETCH'] ?? 1));
  await channel.consume(queue, onTask, { noAck: false });
  tell('ready');
} catch (error) {
  tell('refused', { reason: error instanceof Error ? error.message : '' });
  process.exitCode = 1;
  await connection.close();
}
