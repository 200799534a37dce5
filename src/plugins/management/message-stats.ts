/** Counters as the API shows them: each with its rate per second. */
import type { PluginContext, RatesByName } from '../plugin-api.ts';

/** RabbitMQ's names of what is counted of messages. */
const NAMES: Readonly<Record<string, string>> = {
  publish: 'publish',
  confirm: 'confirm',
  returnUnroutable: 'return_unroutable',
  dropUnroutable: 'drop_unroutable',
  publishIn: 'publish_in',
  publishOut: 'publish_out',
  deliver: 'deliver',
  deliverNoAck: 'deliver_no_ack',
  get: 'get',
  getNoAck: 'get_no_ack',
  getEmpty: 'get_empty',
  redeliver: 'redeliver',
  ack: 'ack',
};

/** What RabbitMQ adds up besides. */
const DELIVERIES = ['deliver', 'deliverNoAck', 'get', 'getNoAck'] as const;

/** A number and its rate, as two fields. */
export function withRate(name: string, value: number, rate: number): Record<string, unknown> {
  return { [name]: value, [`${name}_details`]: { rate } };
}

/** The field `message_stats`; no field where nothing was counted yet. */
export function messageStats(
  counters: object | null,
  { broker }: PluginContext,
): { readonly message_stats?: object } {
  if (counters === null) return {};
  const rates = broker.rates.of(counters);
  const numbers = counters as Readonly<Record<string, unknown>>;
  const shown: Record<string, unknown> = {};
  let isUsed = false;
  for (const [name, shownName] of Object.entries(NAMES)) {
    const value = numbers[name];
    if (typeof value !== 'number') continue;
    isUsed ||= value > 0;
    Object.assign(shown, withRate(shownName, value, rates?.[name] ?? 0));
  }
  if (!isUsed) return {};
  if ('deliver' in numbers) Object.assign(shown, allDeliveries(numbers, rates));
  return { message_stats: shown };
}

function allDeliveries(
  numbers: Readonly<Record<string, unknown>>,
  rates: RatesByName | null,
): Record<string, unknown> {
  const value = DELIVERIES.reduce((sum, name) => sum + Number(numbers[name]), 0);
  const rate = DELIVERIES.reduce((sum, name) => sum + (rates?.[name] ?? 0), 0);
  return withRate('deliver_get', value, rate);
}
