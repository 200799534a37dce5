/** Bindings as they are listed for people: what leads to a queue, and by which short text a binding is told from others. */
import { createHash } from 'node:crypto';
import { canonicalTable } from './equivalence.ts';
import type { DeclaredBinding } from './exchange/exchange.ts';
import type { VirtualHost } from './virtual-host.ts';

/** The bindings from exchanges to a queue or an exchange of this name; that of the default exchange is not among them. */
export function bindingsInto(
  host: VirtualHost,
  kind: 'queue' | 'exchange',
  name: string,
): readonly DeclaredBinding[] {
  if (kind === 'exchange') return [...(host.exchanges.find(name)?.incoming ?? [])];
  return host.bindingsOfQueue(name);
}

/**
 * Tells bindings between the same two ends apart, in RabbitMQ's form: the binding key, and where there are arguments a hash of
 * them. The hash is our own: clients take the whole for a name.
 */
export function propertiesKeyOf({ bindingKey, arguments: args }: DeclaredBinding): string {
  const key = Buffer.from(bindingKey, 'latin1').toString();
  if (args.size === 0 && key === '') return '~';
  const escaped = encodeURIComponent(key).replaceAll('%20', '+').replaceAll('~', '%7E');
  if (args.size === 0) return escaped;
  const hash = createHash('md5').update(canonicalTable(args)).digest('base64url');
  return `${escaped}~${hash}`;
}
