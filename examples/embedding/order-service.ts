// Code written for RabbitMQ, as it may stand in any project: this is what the two tests beside it
// test.
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
    return new OrderService(connection, channel);
  }

  place(order: string): void {
    this.#channel.sendToQueue('orders', Buffer.from(order), { persistent: true });
  }

  /** Takes the oldest order, or null. */
  async take(): Promise<string | null> {
    const message = await this.#channel.get('orders', { noAck: true });
    return message === false ? null : message.content.toString();
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
