/** What was counted of messages, as the API shows it: each number with its rate per second. */
import { sumOfDetails, withDetails, type Details } from './ranges.ts';

/** RabbitMQ's names, in groups: one is told when anything of it was counted. */
const GROUPS: ReadonlyArray<Readonly<Record<string, string>>> = [
  {
    publish: 'publish',
    confirm: 'confirm',
    returnUnroutable: 'return_unroutable',
    dropUnroutable: 'drop_unroutable',
  },
  { publishIn: 'publish_in', publishOut: 'publish_out' },
  {
    deliver: 'deliver',
    deliverNoAck: 'deliver_no_ack',
    get: 'get',
    getNoAck: 'get_no_ack',
    getEmpty: 'get_empty',
    redeliver: 'redeliver',
    ack: 'ack',
  },
];

/** What RabbitMQ adds up besides. */
const DELIVERIES = ['deliver', 'deliverNoAck', 'get', 'getNoAck'] as const;

export type Numbers = Readonly<Record<string, number>>;

/** The field `message_stats`; no field where nothing was counted yet. */
export function messageStats(
  counters: object | null,
  details: Details,
): { readonly message_stats?: object } {
  if (counters === null) return {};
  const numbers = counters as Numbers;
  const shown = GROUPS.filter((group) => isUsed(numbers, group)).map((group) =>
    shownGroup(numbers, group, details),
  );
  return shown.length === 0 ? {} : { message_stats: Object.assign({}, ...shown) as object };
}

function isUsed(numbers: Numbers, group: Readonly<Record<string, string>>): boolean {
  return Object.keys(group).some((name) => (numbers[name] ?? 0) > 0);
}

function shownGroup(
  numbers: Numbers,
  group: Readonly<Record<string, string>>,
  details: Details,
): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, shownName] of Object.entries(group)) {
    const value = numbers[name];
    if (value !== undefined) Object.assign(shown, withDetails(shownName, value, details(name)));
  }
  if ('deliver' in group) {
    const value = DELIVERIES.reduce((sum, name) => sum + (numbers[name] ?? 0), 0);
    const sum = sumOfDetails(DELIVERIES.map((name) => details(name)));
    Object.assign(shown, withDetails('deliver_get', value, sum));
  }
  return shown;
}

/** The fields of numbers of messages. */
export function messageCounts(ready: number, unacknowledged: number, details: Details): object {
  return {
    ...withDetails('messages', ready + unacknowledged, details('messages')),
    ...withDetails('messages_ready', ready, details('messagesReady')),
    ...withDetails('messages_unacknowledged', unacknowledged, details('messagesUnacked')),
  };
}
