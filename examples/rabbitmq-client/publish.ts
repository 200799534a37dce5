// Publishes messages to an exchange: publish.ts TYPE EXCHANGE ROUTE:BODY... A route is a routing
// key, or, for a headers exchange, headers: format=pdf,type=report. AMQP_URL says where to.
import { Connection } from 'rabbitmq-client';

const [type = 'fanout', exchange = 'news', ...messages] = process.argv.slice(2);

const connection = new Connection(process.env['AMQP_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672/');
const publisher = connection.createPublisher({
  confirm: true,
  exchanges: [{ exchange, type, autoDelete: true }],
});
for (const message of messages) {
  const [route = '', body = ''] = message.split(':', 2);
  if (type === 'headers') {
    const pairs = route.split(',').map((pair) => pair.split('=') as [string, string]);
    await publisher.send({ exchange, headers: Object.fromEntries(pairs) }, body);
  } else {
    await publisher.send({ exchange, routingKey: route }, body);
  }
  console.log(JSON.stringify({ event: 'sent', body }));
}
await publisher.close();
await connection.close();
