/** Messages that come back from the journal. */
import type { StoredMessage } from '../store/journal.ts';
import { Message, MessageAddress } from './message.ts';
import { readTraits } from './message-traits.ts';

/** Makes messages of what is read, in order: successive ones share their address. */
export class MessageRestorer {
  #address: MessageAddress | null = null;

  restore(stored: StoredMessage): Message {
    if (this.#address === null || !stored.isSameAddress) {
      this.#address = new MessageAddress(stored.exchange, stored.routingKey);
    }
    const { octets, propertiesStart, propertiesLength, extras } = stored;
    return new Message(
      this.#address,
      stored.isPersistent,
      octets,
      propertiesStart,
      propertiesLength,
      octets,
      stored.bodyStart,
      stored.bodyLength,
      null,
      -1,
      stored.arrivedAtMs,
      extras === null ? null : readTraits(extras),
    );
  }
}
