// Publishes each argument to a queue that must be there, and tells what became of it: confirmed, or
// returned. AMQP_URL says where to, QUEUE names the queue.
import { AMQPClient, type AMQPMessage } from '@cloudamqp/amqp-client';

const queue = process.env['QUEUE'] ?? 'task_queue';

const tell = (event: string, details = {}): void => {
  console.log(JSON.stringify({ event, ...details }));
};

const client = new AMQPClient(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const connection = await client.connect();
const channel = await connection.channel();
await channel.confirmSelect();
const returned: AMQPMessage[] = [];
channel.onReturn = (message) => returned.push(message);

for (const body of process.argv.slice(2)) {
  await channel.basicPublish('', queue, body, { deliveryMode: 2 }, true);
  // A message that no queue takes is confirmed too: but it has come back before that.
  const message = returned.pop();
  if (message === undefined) {
    tell('confirmed', { body });
  } else {
    const { replyCode: code, replyText: text } = message;
    tell('returned', { body: message.bodyString(), code, text });
  }
}
await connection.close();
