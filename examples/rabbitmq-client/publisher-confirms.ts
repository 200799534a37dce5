// Publishes each argument to a queue that must be there, and tells what became of it: confirmed, or
// returned. AMQP_URL says where to, QUEUE names the queue.
import { setImmediate } from 'node:timers/promises';
import { Connection, type ReturnedMessage } from 'rabbitmq-client';

const queue = process.env['QUEUE'] ?? 'task_queue';

const tell = (event: string, details = {}): void => {
  console.log(JSON.stringify({ event, ...details }));
};

const connection = new Connection(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const returned: ReturnedMessage[] = [];
const publisher = connection.createPublisher({ confirm: true });
publisher.on('basic.return', (message) => returned.push(message));

for (const body of process.argv.slice(2)) {
  await publisher.send({ routingKey: queue, durable: true, mandatory: true }, body);
  // A message that no queue takes is confirmed too. It has come back before that, and this client
  // tells so one turn of the event loop later.
  await setImmediate();
  const message = returned.pop();
  if (message === undefined) {
    tell('confirmed', { body });
  } else {
    const { replyCode: code, replyText: text } = message;
    tell('returned', { body: String(message.body), code, text });
  }
}
await publisher.close();
await connection.close();
