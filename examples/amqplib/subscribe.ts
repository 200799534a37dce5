// Subscribes to an exchange with a queue of its own: subscribe.ts TYPE EXCHANGE [ROUTE...]. A route
// is a binding key, or, for a headers exchange, arguments: x-match=any,format=pdf. AMQP_URL says
// where from.
import { connect } from 'amqplib';

const [type = 'fanout', exchange = 'news', ...routes] = process.argv.slice(2);

const tell = (event: string, details = {}): void => {
  console.log(JSON.stringify({ event, ...details }));
};

const connection = await connect(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const channel = await connection.createChannel();
await channel.assertExchange(exchange, type, { durable: false, autoDelete: true });
// The broker names the queue, and deletes it when this connection ends.
const { queue } = await channel.assertQueue('', { exclusive: true });
for (const route of routes.length > 0 ? routes : ['']) {
  if (type === 'headers') {
    const pairs = route.split(',').map((pair) => pair.split('=') as [string, string]);
    await channel.bindQueue(queue, exchange, '', Object.fromEntries(pairs));
  } else {
    await channel.bindQueue(queue, exchange, route);
  }
}
await channel.consume(
  queue,
  (message) => {
    if (message === null) return;
    const { routingKey } = message.fields;
    tell('received', { body: message.content.toString(), routingKey });
  },
  { noAck: true },
);
tell('ready', { queue });
