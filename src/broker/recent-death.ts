/**
 * How the last dead letter went on. Messages that die one after the other mostly die alike: same queue, reason and
 * second, same address and properties. Then only the body differs, and nothing has to be decoded and encoded anew: a
 * dead letter that is delivered costs a third.
 */
import type { DeathReason } from './death-history.ts';
import type { Envelope, Message, MessageAddress } from './message.ts';

/** What decides how a message goes on. */
export interface Dying {
  readonly message: Message;
  readonly reason: DeathReason;
  /** The queue that gives up on it. */
  readonly source: object;
}

interface KnownDeath {
  readonly source: object;
  readonly reason: DeathReason;
  readonly target: object;
  readonly timeSeconds: number;
  readonly address: MessageAddress;
  readonly properties: Buffer;
  readonly envelope: Envelope;
}

export class RecentDeath {
  #known: KnownDeath | null = null;

  /** What to send it on in; null when it differs from the last one. @param target where the queue sends dead letters */
  recall({ source, reason, message }: Dying, target: object, timeSeconds: number): Envelope | null {
    const known = this.#known;
    if (known === null || known.timeSeconds !== timeSeconds || known.target !== target) return null;
    if (known.source !== source || known.reason !== reason) return null;
    return isLike(message, known) ? known.envelope : null;
  }

  remember(
    { source, reason, message }: Dying,
    target: object,
    timeSeconds: number,
    envelope: Envelope,
  ): void {
    // What a message has beyond address and properties, such as earlier deaths, is its own.
    if (message.traits !== null) return;
    const { address, propertiesStart: start, propertiesLength } = message;
    // A copy, so that the message itself can go.
    const properties = Buffer.from(message.properties.subarray(start, start + propertiesLength));
    this.#known = { source, reason, target, timeSeconds, address, properties, envelope };
  }
}

function isLike(message: Message, { address, properties }: KnownDeath): boolean {
  if (message.address !== address || message.traits !== null) return false;
  if (message.propertiesLength !== properties.length) return false;
  const start = message.propertiesStart;
  return (
    message.properties.compare(
      properties,
      0,
      properties.length,
      start,
      start + properties.length,
    ) === 0
  );
}
