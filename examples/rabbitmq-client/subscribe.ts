// Subscribes to an exchange with a queue of its own: subscribe.ts TYPE EXCHANGE [ROUTE...]. A route
// is a binding key, or, for a headers exchange, arguments: x-match=any,format=pdf. AMQP_URL says
// where from.
import { Connection, type AsyncMessage } from 'rabbitmq-client';

const [type = 'fanout', exchange = 'news', ...routes] = process.argv.slice(2);

const tell = (event: string, details = {}): void => {
  console.log(JSON.stringify({ event, ...details }));
};

const onMessage = (message: AsyncMessage): void => {
  tell('received', { body: String(message.body), routingKey: message.routingKey });
};

const connection = new Connection(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const channel = await connection.acquire();
await channel.exchangeDeclare({ exchange, type, autoDelete: true });
// The broker names the queue, and deletes it when this connection ends.
const { queue } = await channel.queueDeclare({ queue: '', exclusive: true });
for (const route of routes.length > 0 ? routes : ['']) {
  if (type === 'headers') {
    const pairs = route.split(',').map((pair) => pair.split('=') as [string, string]);
    await channel.queueBind({ queue, exchange, arguments: Object.fromEntries(pairs) });
  } else {
    await channel.queueBind({ queue, exchange, routingKey: route });
  }
}
await channel.basicConsume({ queue, noAck: true }, onMessage);
tell('ready', { queue });
