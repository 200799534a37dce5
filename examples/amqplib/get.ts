// Takes the messages of a queue one at a time with basic.get, until there is none. AMQP_URL says
// where from, QUEUE names the queue.
import { connect } from 'amqplib';

const queue = process.env['QUEUE'] ?? 'task_queue';

const tell = (event: string, details = {}): void => {
  console.log(JSON.stringify({ event, ...details }));
};

const connection = await connect(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const channel = await connection.createChannel();
for (;;) {
  const message = await channel.get(queue);
  if (message === false) break;
  const deliveryMode: unknown = message.properties.deliveryMode;
  const left = message.fields.messageCount;
  tell('got', { body: message.content.toString(), deliveryMode, left });
  channel.ack(message);
}
tell('empty');
await channel.close();
await connection.close();
