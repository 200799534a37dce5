// Works on tasks, a second for each dot, and acknowledges each when it is done. AMQP_URL says where
// from, QUEUE names the queue, DURABLE=false declares it otherwise, PREFETCH says how many tasks to
// hold at once (0: no limit), SECONDS_PER_DOT how hard the work is.
import { setTimeout as sleep } from 'node:timers/promises';
import { AMQPClient, type AMQPConsumer, type AMQPMessage } from '@cloudamqp/amqp-client';

const queue = process.env['QUEUE'] ?? 'task_queue';
const durable = (process.env['DURABLE'] ?? 'true') === 'true';
const secondsPerDot = Number(process.env['SECONDS_PER_DOT'] ?? 1);

const tell = (event: string, details = {}): void => {
  console.log(JSON.stringify({ event, ...details }));
};

const client = new AMQPClient(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const connection = await client.connect();
const channel = await connection.channel();

/** One task after the other, however many the broker has sent ahead. */
let work = Promise.resolve();
const onTask = (message: AMQPMessage): void => {
  work = work.then(() => perform(message));
};

async function perform(message: AMQPMessage): Promise<void> {
  const task = message.bodyString() ?? '';
  const { deliveryMode } = message.properties;
  tell('received', { task, redelivered: message.redelivered, deliveryMode });
  await sleep((task.split('.').length - 1) * secondsPerDot * 1000);
  tell('done', { task });
  await message.ack();
}

async function consume(): Promise<AMQPConsumer | null> {
  try {
    await channel.queueDeclare(queue, { durable });
    await channel.basicQos(Number(process.env['PREFETCH'] ?? 1));
    return await channel.basicConsume(queue, { noAck: false }, onTask);
  } catch (error) {
    tell('refused', { reason: error instanceof Error ? error.message : '' });
    process.exitCode = 1;
    return null;
  }
}

const consumer = await consume();
if (consumer !== null) {
  tell('ready');
  // The queue was deleted: waiting for the consumer's end rejects.
  await consumer.wait().catch(() => tell('cancelled'));
}
await connection.close();
