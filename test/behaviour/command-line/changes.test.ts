// What `leveret` changes in a running broker, and what it says where it cannot.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { connect } from 'amqplib';
import { eventually } from '../../support/eventually.ts';
import { withBroker, type Stage } from '../../support/command-line.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

async function refused(
  { run }: Stage,
  args: readonly string[],
  code: number,
  errors: RegExp,
): Promise<void> {
  const ended = await run(args);
  assert.match(ended.errors, errors);
  assert.equal(ended.code, code);
}

describe('leveret changes users', { concurrency: true }, () => {
  test('adds one who can log in once allowed, and deletes them', async () => {
    await withBroker(async (stage) => {
      const { told, broker } = stage;
      await told('add_user', 'shop', 'a long one');
      await told('set_permissions', 'shop', '', '^orders$', '.*');
      assert.equal(await told('list_user_permissions', '-s', 'shop'), '/\t\t^orders$\t.*\n');
      const url = new URL(broker.url);
      url.username = 'shop';
      url.password = 'a long one';
      await (await connect(url.href)).close();
      await told('clear_permissions', 'shop');
      await assert.rejects(async () => connect(url.href));
      await told('delete_user', 'shop');
      await refused(stage, ['delete_user', 'shop'], 67, /User "shop" does not exist/u);
    });
  });

  test('reads a password from the standard input', async () => {
    await withBroker(async ({ run, told }) => {
      const added = await run(['add_user', 'shop'], { input: 'from a pipe\nsecond line\n' });
      assert.equal(added.code, 0);
      assert.equal(added.output.includes('from a pipe'), false);
      assert.equal(await told('authenticate_user', 'shop', 'from a pipe'), 'Success\n');
    });
  });

  test('does not overwrite one who is there', async () => {
    await withBroker(async (stage) => {
      await refused(stage, ['add_user', 'guest', 'x'], 70, /User "guest" already exists/u);
      assert.equal(await stage.told('authenticate_user', 'guest', 'guest'), 'Success\n');
    });
  });

  test('changes and clears a password, keeping tags', async () => {
    await withBroker(async (stage) => {
      const { told, run } = stage;
      await told('add_user', 'jane', 'first');
      await told('set_user_tags', 'jane', 'monitoring', 'policymaker');
      await told('change_password', 'jane', 'second');
      assert.equal((await run(['authenticate_user', 'jane', 'first'])).code, 65);
      assert.equal((await run(['authenticate_user', 'jane', 'second'])).code, 0);
      await told('clear_password', 'jane');
      assert.equal((await run(['authenticate_user', 'jane', 'second'])).code, 65);
      assert.match(await told('list_users', '-s'), /^jane\t\[monitoring, policymaker\]$/mu);
    });
  });

  test('sets tags, keeping the password', async () => {
    await withBroker(async ({ told }) => {
      await told('add_user', 'jane', 'first');
      await told('set_user_tags', 'jane', 'administrator');
      assert.equal(await told('authenticate_user', 'jane', 'first'), 'Success\n');
    });
  });

  test('sets and clears limits and topic permissions', async () => {
    await withBroker(async ({ told, json }) => {
      await told('set_user_limits', 'guest', '{"max-connections": 5, "max-channels": 7}');
      await told('clear_user_limits', 'guest', 'max-channels');
      assert.deepEqual(await json('list_user_limits', '--user', 'guest'), { 'max-connections': 5 });
      assert.equal(
        await told('list_user_limits', '--global'),
        'user\tlimits\nguest\t{"max-connections":5}\n',
      );
      await told('set_topic_permissions', 'guest', 'amq.topic', '^a', '^b');
      assert.equal(await told('list_topic_permissions', '-s'), 'guest\tamq.topic\t^a\t^b\n');
      await told('clear_topic_permissions', 'guest', 'amq.topic');
      assert.equal(await told('list_user_topic_permissions', '-s', 'guest'), '');
    });
  });

  test('hashes a password as definitions have it', async () => {
    await withBroker(async ({ told }) => {
      assert.match(await told('hash_password', 'p/w %'), /^[\w+/]{40,}=*\n$/u);
    });
  });
});

describe('leveret changes virtual hosts and what holds in them', { concurrency: true }, () => {
  test('adds, describes, protects and deletes one', async () => {
    await withBroker(async (stage) => {
      const { told } = stage;
      await told('add_vhost', 'a/b', '--description', 'first', '--default-queue-type', 'quorum');
      await told('add_vhost', 'a/b', '--description', 'second');
      await told('set_vhost_tags', 'a/b', 'x', 'y');
      const columns = ['name', 'description', 'tags', 'default_queue_type'];
      assert.match(
        await told('list_vhosts', '-s', ...columns),
        /^a\/b\tfirst\t\[x, y\]\tquorum$/mu,
      );
      await told('enable_vhost_protection_from_deletion', 'a/b');
      await refused(stage, ['delete_vhost', 'a/b'], 69, /protected/u);
      await told('disable_vhost_protection_from_deletion', 'a/b');
      await told('update_vhost_metadata', 'a/b', '--description', 'third');
      assert.match(await told('list_vhosts', '-s', ...columns), /^a\/b\tthird\t/mu);
      await told('delete_vhost', 'a/b');
      await refused(stage, ['delete_vhost', 'a/b'], 65, /'a\/b' does not exist/u);
      await refused(stage, ['set_vhost_tags', 'a/b'], 65, /'a\/b' does not exist/u);
    });
  });

  test('sets, lists and clears limits', async () => {
    await withBroker(async (stage) => {
      const { told, json } = stage;
      await told('set_vhost_limits', '{"max-queues": 1}');
      assert.deepEqual(await json('list_vhost_limits'), { 'max-queues': 1 });
      await told('declare_queue', 'one');
      await refused(stage, ['declare_queue', 'two'], 69, /limit/u);
      await told('clear_vhost_limits');
      await told('declare_queue', 'two');
    });
  });

  test('sets policies, which hold at once, and clears them', async () => {
    await withBroker(async (stage) => {
      const { told, json } = stage;
      await told('declare_queue', 'logs');
      await told('set_policy', 'short', '^l', '{"max-length": 1}', '--priority', '3');
      await told('set_operator_policy', 'cap', '^l', '{"max-length-bytes": 9}');
      assert.deepEqual(await json('list_queues', 'policy', 'operator_policy'), [
        { policy: 'short', operator_policy: 'cap' },
      ]);
      assert.equal(
        await told('list_policies'),
        'vhost\tname\tpattern\tapply-to\tdefinition\tpriority\n/\tshort\t^l\tall\t{"max-length":1}\t3\n',
      );
      await told('clear_policy', 'short');
      await told('clear_operator_policy', 'cap');
      assert.equal(await told('list_operator_policies'), '');
      await refused(stage, ['clear_policy', 'short'], 69, /there is no policy 'short'/u);
    });
  });

  test('says what is wrong with a policy', async () => {
    await withBroker(async (stage) => {
      await refused(stage, ['set_policy', 'p', 'x', 'max'], 65, /definition is not JSON/u);
      await refused(stage, ['set_policy', 'p', 'x', '[]'], 65, /must be a JSON object/u);
      await refused(stage, ['set_policy', 'p', 'x', '{"foo": 1}'], 69, /not recognised policy/u);
      await refused(stage, ['set_policy', 'p', 'x', '{}', '--priority', 'a'], 64, /whole number/u);
    });
  });

  test('sets and clears parameters', async () => {
    await withBroker(async (stage) => {
      const { told } = stage;
      await told('set_parameter', 'vhost-limits', 'limits', '{"max-queues": 5}');
      assert.equal(await told('list_parameters', '-s'), 'vhost-limits\tlimits\t{"max-queues":5}\n');
      await told('clear_parameter', 'vhost-limits', 'limits');
      await told('set_global_parameter', 'motd', '{"text": "hello"}');
      assert.match(await told('list_global_parameters'), /^motd\t\{"text":"hello"\}$/mu);
      await told('clear_global_parameter', 'motd');
      await refused(stage, ['clear_global_parameter', 'motd'], 69, /Parameter does not exist/u);
      await told('set_cluster_name', 'farm');
      assert.match(await told('cluster_status'), /Cluster name: farm/u);
    });
  });
});

describe('leveret changes queues and exchanges', { concurrency: true }, () => {
  test('declares, purges and deletes a queue', async () => {
    await withBroker(async (stage) => {
      const { told, json } = stage;
      await told('declare_queue', 'a/b', '--type', 'quorum', '--argument', 'x-delivery-limit=5');
      await told('publish', 'a/b', 'one');
      assert.deepEqual(await json('list_queues', 'name', 'type', 'arguments', 'messages'), [
        {
          name: 'a/b',
          type: 'quorum',
          arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 5 },
          messages: 1,
        },
      ]);
      await told('purge_queue', 'a/b');
      await told('delete_queue', 'a/b');
      await refused(stage, ['delete_queue', 'a/b'], 64, /there is no queue 'a\/b'/u);
      await refused(stage, ['purge_queue', 'a/b'], 69, /there is no queue 'a\/b'/u);
      await refused(stage, ['purge_queue', ''], 64, /a name is empty/u);
    });
  });

  test('deletes a queue only when it is empty, where that is asked for', async () => {
    await withBroker(async (stage) => {
      const { told } = stage;
      await told('declare_queue', 'q');
      await told('publish', 'q', 'one');
      await refused(stage, ['delete_queue', 'q', '--if-empty'], 69, /not empty/u);
      await told('purge_queue', 'q');
      await told('delete_queue', 'q', '--if-empty', '--if-unused');
      assert.equal(await told('list_queues'), '');
    });
  });

  test('declares exchanges and bindings, and removes them', async () => {
    await withBroker(async (stage) => {
      const { told } = stage;
      await told('declare_exchange', 'orders', 'topic', '--argument', 'alternate-exchange=spare');
      await told('declare_queue', 'paid', '--durable', 'false');
      await told('declare_binding', 'orders', 'paid', 'paid.#', '--argument', 'n=1');
      await told('declare_binding', 'amq.fanout', 'orders', '--to-exchange');
      const bindings = await told(
        'list_bindings',
        '-s',
        'source_name',
        'destination_name',
        'routing_key',
      );
      assert.deepEqual(bindings.trimEnd().split('\n').toSorted(), [
        '\tpaid\tpaid',
        'amq.fanout\torders\t',
        'orders\tpaid\tpaid.#',
      ]);
      await refused(stage, ['delete_binding', 'orders', 'paid', 'paid.#'], 69, /no such binding/u);
      await told('delete_binding', 'orders', 'paid', 'paid.#', '--argument', 'n=1');
      await told('delete_exchange', 'orders');
      await refused(stage, ['delete_exchange', 'orders'], 69, /there is no exchange 'orders'/u);
    });
  });

  test('publishes from the standard input, with properties, and gets it back', async () => {
    await withBroker(async ({ run, told, json }) => {
      await told('declare_queue', 'q');
      const properties = ['--property', 'delivery_mode=2', '--property', 'correlation_id=7'];
      const { code } = await run(['publish', 'q', ...properties, '--header', 'n=1'], {
        input: 'Grüße\n',
      });
      assert.equal(code, 0);
      assert.partialDeepStrictEqual(await json('get', 'q', '--ackmode', 'ack_requeue_false'), [
        {
          payload: 'Grüße\n',
          routing_key: 'q',
          redelivered: false,
          properties: { delivery_mode: 2, correlation_id: '7', headers: { n: 1 } },
        },
      ]);
      assert.equal((await run(['get', 'q'])).output, 'No messages\n');
    });
  });

  test('says that nobody gets a message', async () => {
    await withBroker(async (stage) => {
      await refused(stage, ['publish', 'nobody', 'x'], 65, /published but NOT routed/u);
      await refused(
        stage,
        ['publish', 'k', 'x', '--exchange', 'e'],
        69,
        /no exchange 'e' in vhost/u,
      );
      await refused(stage, ['get', 'nope'], 69, /there is no queue 'nope'/u);
    });
  });
});

describe('leveret closes connections', { concurrency: true }, () => {
  test('one by the pid that list_connections tells, and the client is told why', async () => {
    await withBroker(async ({ broker, told }) => {
      const connection = await connect(broker.url);
      const reason = new Promise<string>((resolve) => {
        connection.on('error', (error: Error) => resolve(error.message));
        connection.on('close', (error?: Error) => resolve(error?.message ?? ''));
      });
      const pid = (await told('list_connections', '-s', 'pid')).trimEnd();
      await told('close_connection', pid, 'leaks channels');
      assert.match(await reason, /320.*leaks channels/u);
    });
  });

  test('all of a virtual host, up to a limit, or of a user', async () => {
    await withBroker(async ({ broker, run, told }) => {
      let openCount = 3;
      for (let i = 0; i < 3; i++) {
        // oxlint-disable-next-line no-await-in-loop -- one by one
        const connection = await connect(broker.url);
        connection.on('error', () => {});
        connection.on('close', () => void (openCount -= 1));
      }
      const { output } = await run(['close_all_connections', '--limit', '1', 'bye']);
      assert.equal(
        output,
        'Closing 1 connections in vhost /, reason: bye...\nClosed 1 connections\n',
      );
      await eventually('one is closed', () => openCount === 2);
      await told('close_all_user_connections', 'guest', 'bye');
      await eventually('all are closed', () => openCount === 0);
    });
  });
});

describe('leveret moves definitions', { concurrency: true }, () => {
  test('into a file that only its owner can read, and into another broker', async (t) => {
    const file = join(temporaryDirectory(t), 'definitions.json');
    await withBroker(async ({ told }) => {
      await told('declare_queue', 'tasks');
      await told('export_definitions', file);
    });
    assert.equal(statSync(file).mode & 0o777, 0o600);
    await withBroker(async ({ told }) => {
      await told('import_definitions', file);
      assert.equal(await told('list_queues', '-s', 'name'), 'tasks\n');
    });
    await withBroker(async ({ run, told }) => {
      const { code } = await run(['import_definitions'], { input: readFileSync(file, 'utf8') });
      assert.equal(code, 0);
      assert.equal(await told('list_queues', '-s', 'name'), 'tasks\n');
    });
  });

  test('to the standard output, and of one virtual host', async () => {
    await withBroker(async ({ told }) => {
      const all = JSON.parse(await told('export_definitions', '-')) as object;
      assert.partialDeepStrictEqual(all, { users: [{ name: 'guest' }], vhosts: [{ name: '/' }] });
      const one = JSON.parse(await told('export_definitions', '-', '--only-vhost')) as object;
      assert.equal('users' in one, false);
    });
  });

  test('and tells what is wrong with a file', async (t) => {
    await withBroker(async (stage) => {
      const file = join(temporaryDirectory(t), 'absent.json');
      await refused(stage, ['import_definitions', file], 65, /cannot read .*absent\.json: ENOENT/u);
      await refused(stage, ['import_definitions', 'LICENSE'], 65, /nothing is imported/u);
    });
  });
});
