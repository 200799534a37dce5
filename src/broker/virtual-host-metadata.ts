/** What operators say of a virtual host (https://www.rabbitmq.com/docs/vhosts#metadata), and how they are refused. */
import type { QueueTypeName } from './queue/queue-arguments.ts';

export interface VirtualHostMetadata {
  readonly description: string;
  readonly tags: readonly string[];
  /** The type of queues that are declared without one; null: the broker's default. */
  readonly defaultQueueType: QueueTypeName | null;
  /** Kept, and has no effect. */
  readonly tracing: boolean;
  /** Attempts to delete it are refused. */
  readonly protectedFromDeletion: boolean;
}

const NO_METADATA: VirtualHostMetadata = {
  description: '',
  tags: [],
  defaultQueueType: null,
  tracing: false,
  protectedFromDeletion: false,
};

/** A shortstr holds 255 octets. */
const NAME_OCTETS_MAX = 255;

/** What is asked of the virtual hosts cannot be done. */
export class VirtualHostError extends Error {
  readonly reason: 'invalid' | 'missing' | 'protected' | 'limit';

  constructor(reason: 'invalid' | 'missing' | 'protected' | 'limit', message: string) {
    super(message);
    this.reason = reason;
  }
}

/** @throws VirtualHostError for a name that clients could not ask for */
export function checkVirtualHostName(name: string): void {
  if (name === '') throw new VirtualHostError('invalid', 'a virtual host must have a name');
  if (Buffer.byteLength(name) <= NAME_OCTETS_MAX) return;
  const text = `the name of a virtual host has ${NAME_OCTETS_MAX} octets at most`;
  throw new VirtualHostError('invalid', text);
}

/**
 * The metadata after a change; what the change leaves out stays.
 *
 * @throws VirtualHostError for an unknown type of queues
 */
export function changedMetadata(
  changes: Partial<VirtualHostMetadata>,
  earlier: VirtualHostMetadata = NO_METADATA,
): VirtualHostMetadata {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const { description, tags, defaultQueueType, tracing, protectedFromDeletion } = {
    ...earlier,
    ...(Object.fromEntries(given) as Partial<VirtualHostMetadata>),
  };
  const types: readonly (string | null)[] = ['classic', 'quorum', 'stream', null];
  if (!types.includes(defaultQueueType)) {
    throw new VirtualHostError('invalid', `unsupported queue type '${defaultQueueType}'`);
  }
  return { description, tags: [...tags], defaultQueueType, tracing, protectedFromDeletion };
}
