// Publishes each argument to a queue that must be there, and tells what became of it: confirmed, or
// returned. AMQP_URL says where to, QUEUE names the queue.
import { connect, type Message } from 'amqplib';

const queue = process.env['QUEUE'] ?? 'task_queue';

const tell = (event: string, details = {}): void => {
  console.log(JSON.stringify({ event, ...details }));
};

const connection = await connect(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const channel = await connection.createConfirmChannel();
const returned: Message[] = [];
channel.on('return', (message) => returned.push(message));

for (const body of process.argv.slice(2)) {
  channel.sendToQueue(queue, Buffer.from(body), { persistent: true, mandatory: true });
  // A message that no queue takes is confirmed too: but it has come back before that.
  await channel.waitForConfirms();
  const message = returned.pop();
  if (message === undefined) {
    tell('confirmed', { body });
  } else {
    const { replyCode: code, replyText: text } = message.fields as unknown as Record<
      string,
      unknown
    >;
    tell('returned', { body: message.content.toString(), code, text });
  }
}
await connection.close();
