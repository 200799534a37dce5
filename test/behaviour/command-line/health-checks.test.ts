// What `leveret` tells of a broker's health, with exit codes for whoever runs it: containers, orchestrators, people.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBroker } from 'leveret';
import { leveret, withBroker, type Ended } from '../../support/command-line.ts';
import { freePort } from '../../support/free-port.ts';
import { Program } from '../../support/program.ts';

function assertEnd({ code, output, errors }: Ended, expected: number, told: RegExp): void {
  assert.match(output + errors, told);
  assert.equal(code, expected);
}

describe('leveret', { concurrency: true }, () => {
  test('ping ends with 0 while a broker answers, whoever asks', async () => {
    await withBroker(async ({ url, run }) => {
      assert.deepEqual(await run(['ping']), {
        code: 0,
        output: `Will ping ${url} ...\nPing succeeded\n`,
        errors: '',
      });
      assertEnd(await run(['ping', '--user', 'x', '--password', 'y']), 0, /succeeded/u);
    });
  });

  test('ping ends with 69 when nobody listens, and says how to start a broker', async () => {
    const port = await freePort();
    const { code, errors } = await leveret(['ping', '--url', `127.0.0.1:${port}`]);
    assert.equal(code, 69);
    assert.match(
      errors,
      /^leveret: no broker answers: is it running\? Start it with `leveret start`; its management API was looked for at http:\/\/127\.0\.0\.1:\d+, [^\n]*\n$/u,
    );
  });

  test('check_running wants a login that is right', async () => {
    await withBroker(async ({ run }) => {
      assertEnd(await run(['check_running']), 0, /is fully booted and running/u);
      assertEnd(await run(['node_health_check']), 0, /is fully booted and running/u);
      assertEnd(await run(['check_running', '--password', 'wrong']), 69, /is not let in/u);
    });
  });

  test('check_alarms ends with 69 while memory is short, and tells so', async () => {
    await withBroker(async ({ broker, run, json }) => {
      assertEnd(await run(['check_alarms']), 0, /no alarms/u);
      broker.setMemoryWatermark({ octets: 0 });
      assertEnd(await run(['check_alarms']), 69, /reported alarms: memory/u);
      assertEnd(await run(['check_local_alarms']), 69, /reported alarms: memory/u);
      assertEnd(await run(['alarms']), 0, /Memory alarm/u);
      assert.partialDeepStrictEqual(await json('alarms'), { node: 'leveret@localhost' });
    });
  });

  test('check_port_listener, check_protocol_listener tell who listens', async () => {
    await withBroker(async ({ broker, run }) => {
      const port = String(broker.port);
      assertEnd(await run(['check_port_listener', port]), 0, /is running/u);
      assertEnd(await run(['check_port_listener', '1']), 69, new RegExp(`ports: .*${port}`, 'u'));
      assertEnd(await run(['check_port_listener', 'amqp']), 64, /expected a number/u);
      assertEnd(await run(['check_protocol_listener', 'amqp']), 0, /is running/u);
      assertEnd(await run(['check_protocol_listener', 'mqtt']), 69, /protocols: amqp, http/u);
    });
  });

  test('check_port_connectivity connects to each listener', async () => {
    await withBroker(async ({ broker, run }) => {
      const ports = broker.listeners.map(({ port }) => port).join(', ');
      assertEnd(await run(['check_port_connectivity']), 0, new RegExp(`to ports ${ports}`, 'u'));
    });
  });

  test('check_virtual_hosts, check_certificate_expiration', async () => {
    await withBroker(async ({ run }) => {
      assertEnd(await run(['check_virtual_hosts']), 0, /all vhosts as running/u);
      assertEnd(await run(['check_certificate_expiration']), 0, /within 4 weeks/u);
      const moons = ['check_certificate_expiration', '--unit', 'moons'];
      assertEnd(await run(moons), 69, /Time unit not recognised/u);
    });
  });

  test('await_startup waits for a broker that comes later', async () => {
    const port = await freePort();
    const waiting = leveret(['await_startup', '--url', `127.0.0.1:${port}`, '-t', '30']);
    await using _broker = await createBroker({ management: { port } });
    assertEnd(await waiting, 0, /The broker is running/u);
  });

  test('await_startup ends with 75 when none comes', async () => {
    const port = await freePort();
    const waiting = leveret(['await_startup', '--url', `127.0.0.1:${port}`, '-t', '0.2']);
    assertEnd(await waiting, 75, /did not answer in time/u);
  });

  test('status tells what the broker is and has, for people and programs', async () => {
    await withBroker(async ({ broker, run, json }) => {
      assertEnd(await run(['status']), 0, new RegExp(`port: ${broker.port}, protocol: amqp`, 'u'));
      assert.partialDeepStrictEqual(await json('status'), {
        overview: { product_name: 'Leveret' },
        node: { name: 'leveret@localhost' },
      });
      assertEnd(await run(['cluster_status']), 0, /Running Nodes\n\nleveret@localhost/u);
    });
  });

  test('listeners, memory_breakdown, server_version', async () => {
    await withBroker(async ({ broker, told }) => {
      assert.match(
        await told('listeners'),
        new RegExp(`^Interface: 127.0.0.1, port: ${broker.port},`, 'u'),
      );
      assert.match(await told('memory_breakdown'), /^total: 0\.\d{4} gb \(100\.00%\)$/mu);
      assert.match(await told('server_version'), /^\d+\.\d+\.\d+\n$/u);
      assert.match(await told('list_node_auth_attempt_stats', '-s'), /^http\t\d+\t0\t\d+\n$/u);
    });
  });
});

describe('leveret and a broker that `leveret start` runs', () => {
  test('find each other by the ports that are configured', async (t) => {
    const port = String(await freePort());
    const program = new Program(
      t,
      [process.execPath, 'bin/from-source.js', 'start', '--in-memory', '--port', '0'],
      { LEVERET_PLUGINS_MANAGEMENT: 'true', LEVERET_MANAGEMENT_TCP_PORT: port },
    );
    const environment = { LEVERET_URL: `http://127.0.0.1:${port}` };
    assertEnd(await leveret(['await_startup'], { environment }), 0, /is running/u);
    assertEnd(await leveret(['declare_queue', 'q'], { environment }), 0, /Declaring/u);
    assertEnd(await leveret(['list_queues'], { environment }), 0, /^q\t0$/mu);
    program.signal('SIGTERM');
    assert.equal(await program.ended(), 0);
    assertEnd(await leveret(['ping'], { environment }), 69, /is it running\?/u);
  });
});
