/** What a user needs for an operation, in RabbitMQ's order: the same over a channel and over the management API. */
import type { DeclareGuard } from '../broker/declare-guard.ts';
import type { BindingRequest, VirtualHost } from '../broker/virtual-host.ts';
import type { ConnectionAccess, Question } from './connection-access.ts';
import type { FieldValue } from './wire/field-value.ts';

type Kind = Question['kind'];

/** What may be asked while something is declared: see DeclareGuard. @param forward where messages may go on to */
export function declaring(
  kind: Kind,
  name: string,
  forward: FieldValue | undefined,
): readonly Question[] {
  const configure: Question = { access: 'configure', kind, name };
  if (forward?.type !== 'S') return [configure];
  const read: Question = { access: 'read', kind, name };
  return [configure, read, { access: 'write', kind: 'exchange', name: String(forward.value) }];
}

/** For what is declared or deleted; what it asks must be known. */
export function declareGuard(access: ConnectionAccess, kind: Kind): DeclareGuard {
  return {
    configure: (name) => access.require({ access: 'configure', kind, name }),
    forward: (name, exchange) => {
      access.require({ access: 'read', kind, name });
      access.require({ access: 'write', kind: 'exchange', name: exchange });
    },
  };
}

/** To write to the destination, and to read from the source: from a topic exchange with this key. */
export function binding(
  kind: Kind,
  { source: name, destination, bindingKey: topic }: BindingRequest,
  virtualHost: VirtualHost,
): readonly [Question, ...Question[]] {
  const write: Question = { access: 'write', kind, name: destination };
  const read: Question = { access: 'read', kind: 'exchange', name };
  const isTopic = virtualHost.findExchange(name)?.type.name === 'topic';
  return isTopic ? [write, read, { ...read, topic }] : [write, read];
}
