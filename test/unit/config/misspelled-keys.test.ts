// A key that is nearly right stops the start with its line and the key that was meant.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ConfigurationError } from '../../../src/config/configuration-error.ts';
import { loadSettings } from '../../../src/config/load-settings.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe('a misspelled key is told with its line and the one that was meant:', () => {
  for (const [line, meant] of [
    ['listener.tcp.default = 5672', 'listeners.tcp.default'],
    ['ssl_options.cacert_file = /x', 'ssl_options.cacertfile'],
    ['ssl_options.certifile = /x', 'ssl_options.certfile'],
    ['ssl_option.verify = verify_peer', 'ssl_options.verify'],
    ['loopback_user.guest = false', 'loopback_users.guest'],
    ['vm_memory_high_watermark.relativ = 0.4', 'vm_memory_high_watermark.relative'],
    ['vm_memory_highwatermark.relative = 0.4', 'vm_memory_high_watermark.relative'],
    ['disk_free_limit.absolut = 1GB', 'disk_free_limit.absolute'],
    ['default_permission.read = .*', 'default_permissions.read'],
    ['log.console.levels = info', 'log.console.level'],
    ['log.conection.level = info', 'log.connection.level'],
    ['managment.tcp.port = 15672', 'management.tcp.port'],
    ['management.load_definition = /x', 'management.load_definitions'],
    ['channel_max_pernode = 5', 'channel_max_per_node'],
    ['auth_mechanism.1 = PLAIN', 'auth_mechanisms.1'],
    ['proxy_protocoll = true', 'proxy_protocol'],
  ] as const) {
    test(line, (t) => {
      const key = line.split(' ')[0] ?? '';
      const file = join(temporaryDirectory(t), 'rabbitmq.conf');
      writeFileSync(file, `# first\n\n${line}\n`);
      assert.throws(
        () => loadSettings({ options: {}, environment: {}, files: [file] }),
        (error) => {
          assert.ok(error instanceof ConfigurationError);
          assert.equal(error.problems.length, 1);
          const [problem = ''] = error.problems;
          assert.ok(
            problem.endsWith(`rabbitmq.conf:3: unknown key ${key}: did you mean ${meant}?`),
            problem,
          );
          return true;
        },
      );
    });
  }
});
