// Takes the messages of a queue one at a time with basic.get, until there is none. AMQP_URL says
// where from, QUEUE names the queue.
import { Connection } from 'rabbitmq-client';

const queue = process.env['QUEUE'] ?? 'task_queue';

const tell = (event: string, details = {}): void => {
  console.log(JSON.stringify({ event, ...details }));
};

const connection = new Connection(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const channel = await connection.acquire();
for (;;) {
  const message = await channel.basicGet({ queue });
  if (message === undefined) break;
  const deliveryMode = message.durable === true ? 2 : 1;
  tell('got', { body: String(message.body), deliveryMode, left: message.messageCount });
  channel.basicAck({ deliveryTag: message.deliveryTag });
}
tell('empty');
await channel.close();
await connection.close();
