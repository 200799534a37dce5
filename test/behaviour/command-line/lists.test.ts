// What `leveret list_*` prints of a running broker: rabbitmqctl's columns, headers and forms.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connect } from 'amqplib';
import { withBroker, type Stage } from '../../support/command-line.ts';

/** A broker with something of each kind in it, and a client that stays. */
async function withThings(
  run: (stage: Stage & { readonly peer: string }) => Promise<void>,
): Promise<void> {
  await withBroker(async (stage) => {
    const connection = await connect(stage.broker.url, {
      clientProperties: { connection_name: 'shop' },
    });
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('tasks', {
      arguments: { 'x-max-length': 10, 'x-overflow': 'drop-head' },
    });
    await channel.assertQueue('turbo', { durable: false, autoDelete: true });
    await channel.assertExchange('orders', 'topic', { alternateExchange: 'spare' });
    await channel.bindQueue('tasks', 'orders', 'paid.#', { k: 'v', n: 1 });
    for (const body of ['a', 'b', 'c']) channel.sendToQueue('tasks', Buffer.from(body));
    await channel.waitForConfirms();
    await channel.prefetch(1);
    await channel.consume('tasks', () => {}, { consumerTag: 'worker', priority: 5 });
    const [peer] = (await stage.json('list_connections', 'name')) as Array<{ name: string }>;
    assert.ok(peer !== undefined);
    try {
      await run({ ...stage, peer: peer.name });
    } finally {
      await connection.close();
    }
  });
}

describe('leveret', { concurrency: true }, () => {
  test('list_queues prints names and messages below a header, separated by tabs', async () => {
    await withThings(async ({ run }) => {
      const { code, output } = await run(['list_queues']);
      assert.equal(code, 0);
      assert.equal(
        output,
        'Timeout: 60.0 seconds ...\nListing queues for vhost / ...\nname\tmessages\ntasks\t3\nturbo\t0\n',
      );
    });
  });

  test('list_queues prints the columns that are named, as rabbitmqctl writes values', async () => {
    await withThings(async ({ told }) => {
      const columns =
        'name messages_ready messages_unacknowledged consumers durable arguments policy state';
      assert.equal(
        await told('list_queues', ...columns.split(' ')),
        `${columns.replaceAll(' ', '\t')}\n` +
          'tasks\t2\t1\t1\ttrue\t[{"x-max-length",10},{"x-overflow","drop-head"}]\t\trunning\n' +
          'turbo\t0\t0\t0\tfalse\t[]\t\trunning\n',
      );
    });
  });

  test('list_queues takes columns with commas between them, too', async () => {
    await withThings(async ({ told }) => {
      assert.equal(
        await told('list_queues', 'messages,name'),
        'messages\tname\n3\ttasks\n0\tturbo\n',
      );
    });
  });

  test('lists have no header with --silent or --no-table-headers', async () => {
    await withThings(async ({ run }) => {
      assert.equal((await run(['list_queues', '-s'])).output, 'tasks\t3\nturbo\t0\n');
      assert.equal(
        (await run(['list_queues', '--no-table-headers', '-q'])).output,
        'tasks\t3\nturbo\t0\n',
      );
    });
  });

  test('lists are JSON, CSV or framed tables where that is asked for', async () => {
    await withThings(async ({ run, json }) => {
      assert.deepEqual(await json('list_queues', 'name', 'messages', 'arguments', 'policy'), [
        {
          name: 'tasks',
          messages: 3,
          arguments: { 'x-max-length': 10, 'x-overflow': 'drop-head' },
          policy: '',
        },
        { name: 'turbo', messages: 0, arguments: {}, policy: '' },
      ]);
      assert.equal(
        (await run(['list_queues', '--formatter', 'csv'])).output,
        '"name","messages"\n"tasks","3"\n"turbo","0"\n',
      );
      assert.equal(
        (await run(['list_queues', '-q', '--formatter', 'pretty_table'])).output,
        '┌───────┬──────────┐\n│ name  │ messages │\n├───────┼──────────┤\n│ tasks │ 3        │\n│ turbo │ 0        │\n└───────┴──────────┘\n',
      );
    });
  });

  test('a list of nothing has no header, as with rabbitmqctl', async () => {
    await withBroker(async ({ told }) => {
      assert.equal(await told('list_queues'), '');
      assert.equal(await told('list_queues', '--formatter', 'json'), '[\n]\n');
    });
  });

  test('list_queues prints each of more queues than the API gives at once', async () => {
    await withBroker(async ({ broker, told }) => {
      const names = Array.from({ length: 1203 }, (_, index) => `q${index}`);
      await broker.definitions.import({
        vhosts: [{ name: '/' }],
        queues: names.map((name) => ({ name, vhost: '/', durable: true, arguments: {} })),
      });
      const listed = (await told('list_queues', '-s', 'name')).trimEnd().split('\n');
      assert.deepEqual(listed.toSorted(), names.toSorted());
    });
  });

  test('a name cannot pass for columns, nor write to the terminal', async () => {
    await withBroker(async ({ broker, told }) => {
      const connection = await connect(broker.url);
      const channel = await connection.createChannel();
      await channel.assertQueue('a\tb\u001B[2Jc', { exclusive: true });
      assert.equal(await told('list_queues', '-s', 'name'), 'a\\tb\\u{1b}[2Jc\n');
      await connection.close();
    });
  });

  test('list_queues prints those of another virtual host with -p, before the command or after', async () => {
    await withThings(async ({ told, run }) => {
      await told('add_vhost', 'other');
      await told('set_permissions', '-p', 'other', 'guest', '.*', '.*', '.*');
      await told('declare_queue', 'there', '-p', 'other');
      assert.equal(await told('list_queues', '-s', 'name', '-p', 'other'), 'there\n');
      assert.equal((await run(['-s', '-p', 'other', 'list_queues', 'name'])).output, 'there\n');
    });
  });

  test('list_exchanges, list_bindings', async () => {
    await withThings(async ({ told }) => {
      assert.match(
        await told('list_exchanges', 'name', 'type', 'arguments'),
        /^orders\ttopic\t\[\{"alternate-exchange","spare"\}\]$/mu,
      );
      assert.equal(
        await told('list_bindings'),
        'source_name\tsource_kind\tdestination_name\tdestination_kind\trouting_key\targuments\n' +
          '\texchange\ttasks\tqueue\ttasks\t[]\n\texchange\tturbo\tqueue\tturbo\t[]\n' +
          'orders\texchange\ttasks\tqueue\tpaid.#\t[{"k","v"},{"n",1}]\n',
      );
    });
  });

  test('list_connections, list_channels, list_consumers name who is there', async () => {
    await withThings(async ({ told, peer }) => {
      assert.match(
        await told('list_connections'),
        /^user\tpeer_host\tpeer_port\tstate\nguest\t127\.0\.0\.1\t\d+\trunning\n$/u,
      );
      assert.match(
        await told('list_connections', '-s', 'client_properties'),
        /\{"connection_name","shop"\}/u,
      );
      assert.equal(
        await told('list_channels'),
        `pid\tuser\tconsumer_count\tmessages_unacknowledged\n${peer} (1)\tguest\t1\t1\n`,
      );
      assert.equal(
        await told('list_consumers', '-s'),
        `tasks\t${peer} (1)\tworker\ttrue\t1\ttrue\t[{"x-priority",5}]\n`,
      );
    });
  });

  test('list_vhosts, list_users, list_permissions, list_feature_flags', async () => {
    await withBroker(async ({ told }) => {
      assert.equal(await told('list_vhosts', 'name', 'tracing'), 'name\ttracing\n/\tfalse\n');
      assert.equal(await told('list_users'), 'user\ttags\nguest\t[administrator]\n');
      assert.equal(
        await told('list_permissions'),
        'user\tconfigure\twrite\tread\nguest\t.*\t.*\t.*\n',
      );
      assert.match(await told('list_feature_flags'), /^quorum_queue\tenabled$/mu);
    });
  });

  test('a column that there is not is refused with the nearest', async () => {
    await withBroker(async ({ run }) => {
      assert.deepEqual(await run(['list_queues', 'name', 'mesages']), {
        code: 64,
        output: '',
        errors: 'leveret: there is no column mesages: did you mean messages?\n',
      });
    });
  });

  test('a virtual host that there is not is refused', async () => {
    await withBroker(async ({ run }) => {
      const { code, errors } = await run(['list_queues', '-p', 'nope']);
      assert.equal(code, 65);
      assert.match(errors, /^leveret: there is no virtual host 'nope': /u);
    });
  });
});
