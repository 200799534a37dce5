// Code written for RabbitMQ, as it may stand in any project: the two tests beside it test this. It
// knows nothing of Leveret.
import { connect, type Channel, type ChannelModel } from 'amqplib';

export class OrderService {
  readonly #connection: ChannelModel;
  readonly #channel: Channel;

  private constructor(connection: ChannelModel, channel: Channel) {
    this.#connection = connection;
    this.#channel = channel;
  }

  static async connect(url: string): Promise<OrderService> {
    const connection = await connect(url);
    const channel = await connection.createChannel();
    await channel.assertQueue('orders', { durable: true });
    await channel.prefetch(1);
    return new OrderService(connection, channel);
  }

  place(order: string): void {
    this.#channel.sendToQueue('orders', Buffer.from(order), { persistent: true });
  }

  /** How many orders wait for somebody who handles them. */
  async waitingCount(): Promise<number> {
    return (await this.#channel.checkQueue('orders')).messageCount;
  }

  /** Gives each order to the handler, one at a time; an order that it fails at is given out again. */
  async handle(handler: (order: string, isRepeated: boolean) => void): Promise<void> {
    await this.#channel.consume('orders', (message) => {
      if (message === null) return;
      try {
        handler(message.content.toString(), message.fields.redelivered);
        this.#channel.ack(message);
      } catch {
        this.#channel.nack(message);
      }
    });
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
