/** Exchanges and bindings: list, declare and delete them. */
import { pathOf } from '../api-client.ts';
import { changeCommand } from '../change-command.ts';
import type { CommandOption, ControlCommand, Invocation } from '../control-command.ts';
import { ControlError, EXIT } from '../control-error.ts';
import { listCommand, missingVirtualHost } from '../list-command.ts';

const group = 'Exchanges and bindings';

const EXCHANGE = { usage: '<exchange>', description: 'its name', completion: 'exchanges' } as const;

const ARGUMENT_OPTIONS: readonly CommandOption[] = [
  {
    flags: '--argument <name=value>',
    description: 'as alternate-exchange=spare; may be repeated',
    isRepeatable: true,
  },
  { flags: '--arguments <json>', description: 'several of them, as a JSON object' },
];

const BINDING_ARGUMENTS = [
  {
    usage: '<source>',
    description: 'the exchange that messages come from',
    completion: 'exchanges',
  },
  {
    usage: '<destination>',
    description: 'the queue, or with --to-exchange the exchange, that they go to',
    completion: 'queues',
  },
  { usage: '[binding_key]', description: 'which routing keys; default: the empty one' },
] as const;

const TO_EXCHANGE = { flags: '--to-exchange', description: 'the destination is an exchange' };

export const EXCHANGE_COMMANDS: readonly ControlCommand[] = [
  listCommand({
    name: 'list_exchanges',
    group,
    summary: 'list exchanges',
    examples: [
      { words: 'list_exchanges', does: 'names and types' },
      { words: 'list_exchanges name durable arguments', does: 'other columns' },
    ],
    says: ({ vhost }) => `Listing exchanges for vhost ${vhost} ...`,
    path: ({ vhost }) => pathOf('exchanges', vhost),
    columns: {
      name: 'name',
      type: 'type',
      durable: 'durable',
      auto_delete: 'auto_delete',
      internal: 'internal',
      arguments: 'arguments',
      policy: 'policy',
      vhost: 'vhost',
    },
    shown: ['name', 'type'],
    hasChoice: true,
    isLong: true,
  }),
  changeCommand({
    name: 'declare_exchange',
    group,
    summary: 'declare an exchange',
    arguments: [
      { usage: '<exchange>', description: 'its name' },
      {
        usage: '<type>',
        description: 'direct, fanout, topic or headers',
        completion: ['direct', 'fanout', 'topic', 'headers'],
      },
    ],
    options: [
      {
        flags: '--durable <boolean>',
        description: 'whether it survives a restart; default: true',
        completion: ['true', 'false'],
      },
      { flags: '--auto-delete', description: 'it goes with its last binding' },
      { flags: '--internal', description: 'clients cannot publish to it' },
      ...ARGUMENT_OPTIONS,
    ],
    examples: [{ words: 'declare_exchange orders topic', does: 'a durable topic exchange' }],
    says: ({ given, vhost }) =>
      `Declaring exchange '${given.text('exchange')}' in vhost '${vhost}' ...`,
    request: ({ given, vhost }) => ({
      method: 'PUT',
      path: pathOf('exchanges', vhost, given.text('exchange')),
      body: {
        type: given.text('type'),
        durable: given.boolean('durable', true),
        auto_delete: given.has('autoDelete'),
        internal: given.has('internal'),
        arguments: argumentsOf({ given }),
      },
    }),
    missing: missingVirtualHost,
  }),
  changeCommand({
    name: 'delete_exchange',
    group,
    summary: 'delete an exchange and its bindings',
    arguments: [EXCHANGE],
    options: [{ flags: '-u, --if-unused', description: 'only when nothing is bound to it' }],
    examples: [{ words: 'delete_exchange orders --if-unused', does: 'only when nobody misses it' }],
    says: ({ given, vhost }) =>
      `Deleting exchange '${given.text('exchange')}' in vhost '${vhost}' ...`,
    request: ({ given, vhost }) => ({
      method: 'DELETE',
      path: `${pathOf('exchanges', vhost, given.text('exchange'))}${given.has('ifUnused') ? '?if-unused=true' : ''}`,
    }),
    missing: missingExchange,
  }),
  listCommand({
    name: 'list_bindings',
    group,
    summary: 'list bindings',
    examples: [
      { words: 'list_bindings', does: 'of the default exchange, too' },
      { words: 'list_bindings source_name destination_name routing_key', does: 'some columns' },
    ],
    says: ({ vhost }) => `Listing bindings for vhost ${vhost}...`,
    path: ({ vhost }) => pathOf('bindings', vhost),
    columns: {
      source_name: 'source',
      source_kind: { from: 'source', show: () => 'exchange' },
      destination_name: 'destination',
      destination_kind: 'destination_type',
      routing_key: 'routing_key',
      arguments: 'arguments',
      vhost: 'vhost',
    },
    shown: [
      'source_name',
      'source_kind',
      'destination_name',
      'destination_kind',
      'routing_key',
      'arguments',
    ],
    hasChoice: true,
    isLong: true,
  }),
  changeCommand({
    name: 'declare_binding',
    group,
    summary: 'bind a queue, or an exchange, to an exchange',
    arguments: BINDING_ARGUMENTS,
    options: [TO_EXCHANGE, ...ARGUMENT_OPTIONS],
    examples: [
      {
        words: "declare_binding orders invoices 'order.paid.#'",
        does: 'a queue to a topic exchange',
      },
      { words: 'declare_binding all orders --to-exchange', does: 'an exchange to an exchange' },
    ],
    says: ({ given, vhost }) =>
      `Binding '${given.text('destination')}' to exchange '${given.text('source')}' in vhost '${vhost}' ...`,
    request: (invocation) => ({
      method: 'POST',
      path: bindingPath(invocation),
      body: {
        routing_key: invocation.given.text('binding_key'),
        arguments: argumentsOf(invocation),
      },
    }),
    missing: missingEnd,
  }),
  changeCommand({
    name: 'delete_binding',
    group,
    summary: 'remove a binding',
    arguments: BINDING_ARGUMENTS,
    options: [TO_EXCHANGE, ...ARGUMENT_OPTIONS],
    examples: [{ words: "delete_binding orders invoices 'order.paid.#'", does: 'this one only' }],
    says: ({ given, vhost }) =>
      `Unbinding '${given.text('destination')}' from exchange '${given.text('source')}' in vhost '${vhost}' ...`,
    request: async (invocation) => {
      const path = bindingPath(invocation);
      const { given, api } = invocation;
      const wanted = JSON.stringify(sortedEntries(argumentsOf(invocation)));
      const bindings = await api.get<readonly Binding[]>(path);
      const found = bindings.find(
        (binding) =>
          binding.routing_key === given.text('binding_key') &&
          JSON.stringify(sortedEntries(binding.arguments)) === wanted,
      );
      if (found === undefined) throw missingEnd(invocation);
      return { method: 'DELETE', path: path + pathOf(found.properties_key) };
    },
    missing: missingEnd,
  }),
];

interface Binding {
  readonly routing_key: string;
  readonly arguments: object;
  readonly properties_key: string;
}

function bindingPath({ given, vhost }: Invocation): string {
  const kind = given.has('toExchange') ? 'e' : 'q';
  return pathOf('bindings', vhost, 'e', given.text('source'), kind, given.text('destination'));
}

function argumentsOf({ given }: Pick<Invocation, 'given'>): object {
  return {
    ...(given.optional('arguments') === undefined ? {} : given.jsonObject('arguments')),
    ...given.pairs('argument'),
  };
}

function sortedEntries(table: object): ReadonlyArray<readonly [string, unknown]> {
  return Object.entries(table).toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** Of a command whose argument or option is called `exchange`. */
export function missingExchange({ given, vhost }: Invocation): ControlError {
  return new ControlError(
    `there is no exchange '${given.text('exchange')}' in virtual host '${vhost}': \`leveret list_exchanges\` tells which there are`,
    EXIT.unavailable,
  );
}

function missingEnd({ given, vhost }: Invocation): ControlError {
  const { source, destination } = {
    source: given.text('source'),
    destination: given.text('destination'),
  };
  return new ControlError(
    `there is no such binding, exchange or queue ('${source}' to '${destination}') in virtual host '${vhost}': \`leveret list_bindings\` tells which there are`,
    EXIT.unavailable,
  );
}
