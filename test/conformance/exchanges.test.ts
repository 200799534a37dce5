// Exchanges: which there are, declaring them again, how they end (https://www.rabbitmq.com/docs/exchanges).
import assert from 'node:assert/strict';
import { fromPlain, type FieldTable } from '../../src/amqp/wire/field-table.ts';
import type { RawChannel } from '../support/raw-client.ts';
import {
  bindExchange,
  deleteExchange,
  sendDeleteExchange,
  unbindExchange,
} from './support/exchange-methods.ts';
import { fact, section } from './support/fact.ts';

const notFound = (exchange: string): readonly [number, number, string] => [
  1,
  404,
  `NOT_FOUND - no exchange '${exchange}' in vhost '/'`,
];
const isThere = (channel: RawChannel, exchange: string): Promise<void> =>
  channel.declareExchange(exchange, '', { passive: true });
const withAlternate = (alternate: string): { arguments: FieldTable } => ({
  arguments: fromPlain({ 'alternate-exchange': alternate }),
});

section('Predeclared exchanges', () => {
  for (const [exchange, type, isInternal] of [
    ['amq.direct', 'direct', false],
    ['amq.fanout', 'fanout', false],
    ['amq.topic', 'topic', false],
    ['amq.headers', 'headers', false],
    ['amq.match', 'headers', false],
    ['amq.rabbitmq.trace', 'topic', true],
  ] as const) {
    const internal = isInternal ? ' and internal' : '';
    fact(`${exchange} is of type ${type}, durable${internal}`, async ({ channel }) => {
      await channel.declareExchange(exchange, type, { durable: true, internal: isInternal });
    });
  }

  fact('nobody can publish to amq.rabbitmq.trace', async ({ channel, client }) => {
    channel.publish('amq.rabbitmq.trace', 'k', 'body');
    const text = "cannot publish to internal exchange 'amq.rabbitmq.trace' in vhost '/'";
    await client.expectChannelClose(1, 403, `ACCESS_REFUSED - ${text}`);
  });

  for (const [what, send] of [
    ['declaring it passively', (c: RawChannel) => c.sendDeclareExchange('', '', { passive: true })],
    ['deleting it', (c: RawChannel) => sendDeleteExchange(c, '')],
  ] as const) {
    fact(`the default exchange: ${what} is refused with 403`, async ({ channel, client }) => {
      send(channel);
      const text = 'ACCESS_REFUSED - operation not permitted on the default exchange';
      await client.expectChannelClose(1, 403, text);
    });
  }
});

section('Declaring an exchange again', () => {
  for (const [name, first, second, difference] of [
    ['durable', { durable: true }, {}, "received 'false' but current is 'true'"],
    ['durable', {}, { durable: true }, "received 'true' but current is 'false'"],
    ['auto_delete', { autoDelete: true }, {}, "received 'false' but current is 'true'"],
    ['internal', {}, { internal: true }, "received 'true' but current is 'false'"],
    [
      'alternate-exchange',
      withAlternate('one'),
      withAlternate('two'),
      "received 'two' but current is 'one'",
    ],
    [
      'alternate-exchange',
      withAlternate('one'),
      {},
      "received none but current is the value 'one' of type 'longstr'",
    ],
  ] as const) {
    fact(`with another ${name} is refused: ${difference}`, async ({ channel, client }) => {
      await channel.declareExchange('x', 'fanout', first);
      channel.sendDeclareExchange('x', 'fanout', second);
      const text = `inequivalent arg '${name}' for exchange 'x' in vhost '/': ${difference}`;
      await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
    });
  }

  fact('the type is compared before the flags', async ({ channel, client }) => {
    await channel.declareExchange('x', 'fanout', { durable: true });
    channel.sendDeclareExchange('x', 'topic', { autoDelete: true });
    const text =
      "inequivalent arg 'type' for exchange 'x' in vhost '/': received 'topic' but current is 'fanout'";
    await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
  });

  fact('other arguments are not compared', async ({ channel }) => {
    await channel.declareExchange('x', 'fanout', { arguments: fromPlain({ mine: 1 }) });
    await channel.declareExchange('x', 'fanout', { arguments: fromPlain({ mine: 2, more: true }) });
  });

  fact('a passive declaration compares nothing', async ({ channel }) => {
    await channel.declareExchange('x', 'fanout');
    await channel.declareExchange('x', 'topic', { passive: true, durable: true });
  });
});

section('Declaring an exchange', () => {
  fact('CR and LF are stripped from the name', async ({ channel }) => {
    await channel.declareExchange('a\r\nb', 'fanout');
    await isThere(channel, 'ab');
    await deleteExchange(channel, 'a\nb');
    channel.sendDeclareExchange('ab', '', { passive: true });
    await channel.client.expectChannelClose(...notFound('ab'));
  });

  fact('an alternate-exchange that is no text is refused', async ({ channel, client }) => {
    channel.sendDeclareExchange('x', 'fanout', {
      arguments: fromPlain({ 'alternate-exchange': 5 }),
    });
    const text =
      "invalid type 'signedint' for arg 'alternate-exchange' in exchange 'x' in vhost '/'";
    await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
  });

  fact('the reserved prefix is checked before alternate-exchange', async ({ channel, client }) => {
    channel.sendDeclareExchange('amq.mine', 'fanout', {
      arguments: fromPlain({ 'alternate-exchange': 5 }),
    });
    const text = "exchange name 'amq.mine' contains reserved prefix 'amq.*'";
    await client.expectChannelClose(1, 403, `ACCESS_REFUSED - ${text}`);
  });

  fact(
    'an unknown type is named before the default exchange is protected',
    async ({ channel, client }) => {
      channel.sendDeclareExchange('', 'magic');
      const text = "PRECONDITION_FAILED - unknown exchange type 'magic'";
      await client.expectChannelClose(1, 406, text);
    },
    { differsIn310: 'it closed the connection with 503' },
  );
});

section('The end of an exchange', () => {
  fact('deleting one that is not there is no error', async ({ channel }) => {
    await deleteExchange(channel, 'nowhere');
  });

  fact('deleting it if unused looks at the bindings from it only', async ({ channel }) => {
    await channel.declareExchange('x', 'fanout');
    await bindExchange(channel, 'x', 'amq.fanout');
    await deleteExchange(channel, 'x', true);
    channel.sendDeclareExchange('x', '', { passive: true });
    await channel.client.expectChannelClose(...notFound('x'));
  });

  fact('its bindings end with it, and a new one of its name has none', async ({ channel }) => {
    await channel.declareExchange('x', 'fanout');
    await channel.declareQueue('q');
    await channel.bind('q', 'x');
    await bindExchange(channel, 'x', 'amq.fanout');
    await deleteExchange(channel, 'x');
    await channel.declareExchange('x', 'fanout');
    channel.publish('x', '', 'from it');
    await channel.bind('q', 'x');
    channel.publish('amq.fanout', '', 'to it');
    assert.equal(await channel.get('q'), null);
  });

  fact('auto-delete: it stays until it has had a binding', async ({ channel }) => {
    await channel.declareExchange('x', 'fanout', { autoDelete: true });
    await channel.declareQueue('q');
    await channel.unbind('q', 'x', 'never bound');
    await isThere(channel, 'x');
  });

  fact('auto-delete: a binding to it does not count', async ({ channel }) => {
    await channel.declareExchange('x', 'fanout', { autoDelete: true });
    await bindExchange(channel, 'x', 'amq.fanout');
    await unbindExchange(channel, 'x', 'amq.fanout');
    await isThere(channel, 'x');
  });

  for (const [what, end] of [
    ['unbound', (channel: RawChannel) => channel.unbind('q', 'x')],
    ['deleted', (channel: RawChannel) => channel.deleteQueue('q')],
  ] as const) {
    fact(`auto-delete: it ends when its last queue is ${what}`, async ({ channel, client }) => {
      await channel.declareExchange('x', 'fanout', { autoDelete: true });
      await channel.declareQueue('p');
      await channel.declareQueue('q');
      await channel.bind('p', 'x');
      await channel.bind('q', 'x');
      await channel.unbind('p', 'x');
      await isThere(channel, 'x');
      await end(channel);
      channel.sendDeclareExchange('x', '', { passive: true });
      await client.expectChannelClose(...notFound('x'));
    });
  }

  fact('publishing to one that was deleted is refused with 404', async ({ channel, client }) => {
    await channel.declareExchange('x', 'fanout');
    channel.publish('x', '', 'before');
    await deleteExchange(channel, 'x');
    channel.publish('x', '', 'after');
    await client.expectChannelClose(...notFound('x'));
  });
});
