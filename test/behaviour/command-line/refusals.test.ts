// What `leveret` says when something is wrong: what it is, what to do, and an exit code; never a password.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { createBroker } from 'leveret';
import { CertificateAuthority } from '../../support/certificates.ts';
import { leveret, withBroker, type Ended } from '../../support/command-line.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

function assertRefusal({ code, output, errors }: Ended, expected: number, told: RegExp): void {
  assert.match(errors, told);
  assert.equal(code, expected);
  assert.equal(output.includes('Error'), false);
}

describe('leveret refuses', { concurrency: true }, () => {
  test('a command that there is not, with the nearest', async () => {
    assert.deepEqual(await leveret(['list_queus']), {
      code: 64,
      output: '',
      errors: 'leveret: there is no command list_queus: did you mean list_queues?\n',
    });
    assert.match((await leveret(['list-queues'])).errors, /did you mean list_queues\?/u);
    assert.match((await leveret(['xyzzy'])).errors, /see `leveret --help`/u);
  });

  test('what RabbitMQ knows and means nothing here, with what to do instead', async () => {
    for (const [name, told] of [
      ['join_cluster', /^leveret: join_cluster means nothing here: there is one node[^\n]*\n$/u],
      ['stop_app', /SIGTERM/u],
      ['eval', /there is no Erlang here/u],
      ['rotate_logs', /SIGHUP/u],
      ['environment', /leveret config show/u],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- processes, one after the other
      assertRefusal(await leveret([name, 'rabbit@x']), 69, told);
    }
  });

  test('to do nothing: without a command it tells which there are, with 64', async () => {
    const { code, errors } = await leveret([]);
    assert.equal(code, 64);
    assert.match(errors, /^Queues:$/mu);
  });

  test('options that have no meaning for a broker that is to start', async () => {
    assertRefusal(
      await leveret(['-p', '5673', 'start']),
      64,
      /-p, --vhost <vhost> is for commands to a running broker, not for start/u,
    );
  });

  test('options and arguments that make no sense, with 64', async () => {
    for (const [args, told] of [
      [['list_queues', '--bogus'], /unknown option '--bogus'/u],
      [['list_queues', '--formatter', 'xml'], /expected table, json, csv, pretty_table/u],
      [['list_queues', '--timeout', 'soon'], /expected seconds/u],
      [['list_queues', '--url', 'ftp://x'], /write it like http:\/\//u],
      [['add_user'], /missing required argument 'user'/u],
      [['delete_queue', 'a', 'b'], /too many arguments/u],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- processes, one after the other
      assertRefusal(await leveret(args), 64, told);
    }
  });

  test('a user without the tag, and says who can give it', async () => {
    await withBroker(async ({ run, told }) => {
      await told('add_user', 'shop', 'secret');
      const environment = { LEVERET_USER: 'shop', LEVERET_PASSWORD: 'secret' };
      assertRefusal(
        await run(['list_queues'], { environment }),
        69,
        /user 'shop' may not do this \(Not management user\): .*`leveret set_user_tags shop management`/u,
      );
      await told('set_user_tags', 'shop', 'management');
      assertRefusal(
        await run(['list_users'], { environment }),
        69,
        /set_user_tags shop administrator/u,
      );
    });
  });

  test('a user without a password when there is nobody to ask', async () => {
    await withBroker(async ({ run }) => {
      const refusal = await run(['list_queues', '--user', 'shop']);
      assertRefusal(refusal, 64, /the password of shop is not given/u);
    });
  });

  test('passwords never come back in what it says', async () => {
    await withBroker(async ({ url, run }) => {
      const secret = 'hunter-2-secret';
      for (const args of [
        ['add_user', 'shop', `-${secret}`],
        ['add_user', 'shop', 'x', secret],
        ['change_password', 'nobody', secret],
        ['authenticate_user', 'guest', secret],
        ['list_queues', '--password', secret],
        ['list_queues', '--token', secret],
        ['list_queues', `--pasword=${secret}`],
        [`--pasword=${secret}`, 'list_queues'],
        ['set_parameter', 'shovel', 'x', `{"uri": "amqp://u:${secret}@h" `],
        ['list_queues', '--url', url.replace('://', `://guest:${secret}@`)],
        ['list_queues', '--url', `http://guest:${secret}@127.0.0.1:1`],
        ['list_queues', '--url', `gopher://guest:${secret}@127.0.0.1`],
      ]) {
        // oxlint-disable-next-line no-await-in-loop -- processes, one after the other
        const { code, output, errors } = await run(args);
        assert.notEqual(code, 0, args.join(' '));
        assert.equal((output + errors).includes(secret), false, output + errors);
      }
    });
  });
});

describe('leveret at the wrong door', { concurrency: true }, () => {
  test('says when the port is that of AMQP', async () => {
    await using broker = await createBroker();
    const refusal = await leveret(['list_queues', '--url', `127.0.0.1:${broker.port}`]);
    assertRefusal(refusal, 69, /does not speak HTTP.*the management API is on 15672/u);
  });

  test('says when something else answers', async (t) => {
    const server = createServer((_request, response) => response.writeHead(404).end('hello'));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const refusal = await leveret(['list_queues', '--url', `127.0.0.1:${port}`]);
    assertRefusal(refusal, 69, /what answers at http:\/\/127\.0\.0\.1:\d+ is no management API/u);
  });

  test('says when TLS meets plain HTTP, either way round', async (t) => {
    const authority = await CertificateAuthority.create(temporaryDirectory(t), 'root');
    const files = await authority.issue('server', 'CN=localhost', { ip: ['127.0.0.1'] });
    await withBroker(
      async ({ url, run }) => {
        assertRefusal(
          await run(['list_queues', '--url', url.replace('https', 'http')]),
          69,
          /write https:\/\/ in the address/u,
        );
      },
      { management: { tls: { ...files, port: 0 } } },
    );
    await withBroker(async ({ url, run }) => {
      assertRefusal(
        await run(['list_queues', '--url', url.replace('http', 'https')]),
        69,
        /write http:\/\/ in the address/u,
      );
    });
  });

  test('trusts the authority that --ca-file names, and no other', async (t) => {
    const authority = await CertificateAuthority.create(temporaryDirectory(t), 'root');
    const files = await authority.issue('server', 'CN=localhost', { ip: ['127.0.0.1'] });
    await withBroker(
      async ({ run, told }) => {
        assertRefusal(
          await run(['list_users']),
          69,
          /the certificate of .* is not trusted .*--ca-file/u,
        );
        assert.match(await told('list_users', '--ca-file', authority.caFile), /^guest/mu);
        assertRefusal(
          await run(['list_users', '--ca-file', 'absent.pem']),
          65,
          /cannot read absent\.pem/u,
        );
      },
      { management: { tls: { ...files, port: 0 } } },
    );
  });

  test('ends with 75 when there is no answer in time', async (t) => {
    const server = createServer(() => {});
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const refusal = await leveret(['list_queues', '--url', `127.0.0.1:${port}`, '-t', '0.3']);
    assertRefusal(refusal, 75, /did not answer in time: --timeout gives it longer/u);
  });

  test('finds the API behind a path prefix, with a login in the URL', async () => {
    await withBroker(
      async ({ url, run }) => {
        const address = `${url.replace('://', '://guest:guest@')}/rabbit/`;
        assert.equal((await run(['list_queues', '--url', address])).code, 0);
      },
      { management: { port: 0, pathPrefix: '/rabbit' } },
    );
  });
});

describe('leveret tells', { concurrency: true }, () => {
  test('all its commands by subject, and examples', async () => {
    const { code, output } = await leveret(['--help']);
    assert.equal(code, 0);
    assert.match(output, /^Queues:\n {2}list_queues +\S.*\n/mu);
    assert.match(output, /^Health checks:$/mu);
    assert.match(output, /^Examples:$/mu);
  });

  test('what one command takes, and examples', async () => {
    for (const args of [
      ['help', 'set_policy'],
      ['set_policy', '--help'],
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- processes, one after the other
      const { code, output } = await leveret(args);
      assert.equal(code, 0);
      assert.match(
        output,
        /^Usage: leveret set_policy \[options\] <name> <pattern> <definition>$/mu,
      );
      assert.match(output, /^Examples:\n {2}leveret set_policy /mu);
    }
  });

  test('that plugins are settings, and changes nothing', async () => {
    const plugins = ['rabbitmq_management', 'rabbitmq_shovel'];
    const { code, output, errors } = await leveret(['plugins', 'enable', '--offline', ...plugins]);
    assert.equal(code, 0);
    assert.match(
      output,
      /^rabbitmq_management: it is there, unless .* plugins\.management = false\n$/u,
    );
    assert.match(errors, /there is no plugin rabbitmq_shovel here/u);
  });
});
