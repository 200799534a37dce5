// Takes the messages of a queue one at a time with basic.get, until there is none. AMQP_URL says
// where from, QUEUE names the queue.
import { AMQPClient } from '@cloudamqp/amqp-client';

const queue = process.env['QUEUE'] ?? 'task_queue';

const tell = (event: string, details = {}): void => {
  console.log(JSON.stringify({ event, ...details }));
};

const client = new AMQPClient(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const connection = await client.connect();
const channel = await connection.channel();
for (;;) {
  const message = await channel.basicGet(queue, { noAck: false });
  if (message === null) break;
  const { deliveryMode } = message.properties;
  tell('got', { body: message.bodyString(), deliveryMode, left: message.messageCount });
  await message.ack();
}
tell('empty');
await connection.close();
