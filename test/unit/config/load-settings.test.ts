// Where settings come from, what they accept, and the one line that a bad one gives.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { resolve } from 'node:path';
import { ConfigurationError } from '../../../src/config/configuration-error.ts';
import { flagOf, KEYS, loadSettings } from '../../../src/config/load-settings.ts';
import type { SettingSources } from '../../../src/config/load-settings.ts';
import type { FileReader } from '../../../src/config/config-files.ts';
import type { Settings } from '../../../src/config/settings.ts';

/** A directory without configuration files. */
const noFiles: FileReader = {
  read: () => assert.fail('nothing is to be read'),
  kindOf: () => 'absent',
  namesIn: () => [],
};

function load(sources: Partial<SettingSources>): Settings {
  const { settings } = loadSettings({
    options: {},
    environment: {},
    fileReader: noFiles,
    directoryProblem: () => null,
    ...sources,
  });
  return settings;
}

/** The message of the error that loading throws. */
function complaint(sources: Partial<SettingSources>): string {
  try {
    load(sources);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.message;
  }
  return assert.fail('the settings were accepted');
}

function portOf(sources: Partial<SettingSources>): number | undefined {
  return load(sources).listeners.tcp[0]?.port;
}

describe('a setting', () => {
  test('has its default where nothing else is said', () => {
    const { listeners, storage, memory, diskFreeLimit, log } = load({});
    assert.deepEqual(listeners.tcp, [{ name: 'default', host: '127.0.0.1', port: 5672 }]);
    assert.equal(storage.dataDir, resolve('leveret-data'));
    assert.equal(storage.sync, 'commit');
    assert.deepEqual(memory.watermark, { share: 0.6 });
    assert.deepEqual(diskFreeLimit, { octets: 50_000_000 });
    assert.equal(log.console.level, 'info');
  });

  test('comes from the environment', () => {
    const environment = {
      LEVERET_PORT: '5673',
      LEVERET_BIND: '::',
      LEVERET_DATA_DIR: '/var/lib/leveret',
      LEVERET_MEMORY_WATERMARK: '2GB',
      LEVERET_DISK_FREE_LIMIT: '1.5',
      LEVERET_SYNC: 'never',
      LEVERET_LOG_LEVEL: 'debug',
    };
    const { listeners, storage, memory, diskFreeLimit, log } = load({ environment });
    assert.deepEqual(listeners.tcp, [{ name: 'default', host: '::', port: 5673 }]);
    assert.equal(storage.dataDir, '/var/lib/leveret');
    assert.equal(storage.sync, 'never');
    assert.deepEqual(memory.watermark, { octets: 2e9 });
    assert.deepEqual(diskFreeLimit, { share: 1.5 });
    assert.equal(log.console.level, 'debug');
  });

  test('comes from an option before the environment', () => {
    assert.equal(portOf({ options: { port: '0' }, environment: { LEVERET_PORT: 'nonsense' } }), 0);
  });

  test('counts an empty environment variable as not set', () => {
    assert.equal(portOf({ environment: { LEVERET_PORT: '' } }), 5672);
  });

  test('is not taken from an empty option', () => {
    assert.match(complaint({ options: { data_dir: '' } }), /--data-dir/u);
  });

  test('has an option of its own name where it is common', () => {
    const flags = KEYS.filter(({ option }) => option !== undefined).map(flagOf);
    assert.deepEqual(flags.toSorted(), [
      '--bind',
      '--data-dir',
      '--disk-free-limit',
      '--in-memory',
      '--log-level',
      '--memory-watermark',
      '--port',
      '--sync',
    ]);
  });
});

describe('a good value', () => {
  for (const port of ['0', '1', '5672', '65535']) {
    test(`is ${port} for the port`, () => {
      assert.equal(portOf({ options: { port } }), Number(port));
    });
  }

  for (const bind of [
    '127.0.0.1',
    '0.0.0.0',
    '::',
    '::1',
    'fe80::1',
    'localhost',
    'mq-1.example.org',
  ]) {
    test(`is ${bind} for the address`, () => {
      assert.equal(load({ options: { bind } }).listeners.tcp[0]?.host, bind);
    });
  }

  for (const [text, watermark] of [
    ['0.4', { share: 0.4 }],
    ['1.0', { share: 1 }],
    ['0', { octets: 0 }],
    ['1000000', { octets: 1_000_000 }],
    ['512MB', { octets: 512e6 }],
    ['512MiB', { octets: 512 * 2 ** 20 }],
    ['2gb', { octets: 2e9 }],
    ['1T', { octets: 2 ** 40 }],
    ['1TB', { octets: 1e12 }],
  ] as const) {
    test(`is ${text} for the memory watermark`, () => {
      const { memory } = load({ options: { memory_watermark: text } });
      assert.deepEqual(memory.watermark, watermark);
    });
  }

  for (const [text, limit] of [
    ['0', { octets: 0 }],
    ['50MB', { octets: 50e6 }],
    ['2GiB', { octets: 2 * 2 ** 30 }],
    ['.5', { share: 0.5 }],
    ['1.0', { share: 1 }],
    ['1.5', { share: 1.5 }],
  ] as const) {
    test(`is ${text} for the limit of free disk space`, () => {
      assert.deepEqual(load({ options: { disk_free_limit: text } }).diskFreeLimit, limit);
    });
  }

  test('is a relative path for the data directory, kept as an absolute one', () => {
    assert.equal(load({ options: { data_dir: 'data' } }).storage.dataDir, resolve('data'));
  });
});

describe('keeping all in memory', () => {
  for (const text of ['true', '1']) {
    test(`is what LEVERET_IN_MEMORY=${text} asks for, and then there is no data directory`, () => {
      const { storage } = load({ environment: { LEVERET_IN_MEMORY: text } });
      assert.equal(storage.dataDir, null);
    });
  }

  test('is not what LEVERET_IN_MEMORY=false asks for', () => {
    const { storage } = load({ environment: { LEVERET_IN_MEMORY: 'false' } });
    assert.equal(storage.dataDir, resolve('leveret-data'));
  });

  test('looks at no directory', () => {
    const directoryProblem = (): string => 'it is full of snakes';
    const { storage } = load({ options: { in_memory: 'true' }, directoryProblem });
    assert.equal(storage.dataDir, null);
  });

  test('cannot be asked for together with a data directory in the same way', () => {
    assert.equal(
      complaint({ options: { in_memory: 'true', data_dir: 'd' } }),
      '--data-dir and --in-memory contradict each other: give a directory, or keep all in memory',
    );
    assert.match(
      complaint({ environment: { LEVERET_IN_MEMORY: '1', LEVERET_DATA_DIR: 'd' } }),
      /^LEVERET_DATA_DIR and LEVERET_IN_MEMORY contradict/u,
    );
  });

  test('yields to a data directory of more weight, and the other way round', () => {
    const environment = { LEVERET_DATA_DIR: '/d', LEVERET_IN_MEMORY: '' };
    assert.equal(load({ options: { in_memory: 'true' }, environment }).storage.dataDir, null);
    const inMemory = { LEVERET_IN_MEMORY: 'true' };
    const { storage } = load({ options: { data_dir: '/d' }, environment: inMemory });
    assert.equal(storage.dataDir, '/d');
  });
});

describe('a bad value', () => {
  for (const port of ['-1', '65536', '5672x', '1e3', '0x10', ' 1', '5.5', 'tcp://10.0.0.1:5672']) {
    test(`is ${JSON.stringify(port)} for the port`, () => {
      assert.equal(
        complaint({ options: { port } }),
        `Bad value "${port}" for --port: expected a whole number from 0 to 65535`,
      );
    });
  }

  for (const bind of ['999.1.1.1', '1.2.3', 'a b', '-x', 'x..y', '127.0.0.1:5672', '[::1]']) {
    test(`is ${bind} for the address`, () => {
      assert.equal(
        complaint({ environment: { LEVERET_BIND: bind } }),
        `Bad value "${bind}" for LEVERET_BIND: expected an IP address or a host name`,
      );
    });
  }

  for (const memoryWatermark of ['', '1.5', '-1', 'half', '5 GB', '3iB', '1e9', 'GB']) {
    test(`is ${JSON.stringify(memoryWatermark)} for the memory watermark`, () => {
      assert.equal(
        complaint({ options: { memory_watermark: memoryWatermark } }),
        `Bad value "${memoryWatermark}" for --memory-watermark: expected a share of the memory such as 0.6, or an amount such as 2GB or 512MiB`,
      );
    });
  }

  for (const diskFreeLimit of ['', '-1', '1.', '1.5.', '1e9', '50 MB', '1.5GB', '1000.5']) {
    test(`is ${JSON.stringify(diskFreeLimit)} for the limit of free disk space`, () => {
      assert.equal(
        complaint({ options: { disk_free_limit: diskFreeLimit } }),
        `Bad value "${diskFreeLimit}" for --disk-free-limit: expected an amount such as 50MB or 2GiB, or a multiple of the memory such as 1.5`,
      );
    });
  }

  test('is a log level that does not exist', () => {
    assert.equal(
      complaint({ environment: { LEVERET_LOG_LEVEL: 'verbose' } }),
      'Bad value "verbose" for LEVERET_LOG_LEVEL: expected one of error, warn, warning, info, notice, debug, critical, alert, emergency, none',
    );
  });

  test('is a data directory that the file system refuses', () => {
    const directoryProblem = (path: string): string => `${path} is not a directory`;
    assert.equal(
      complaint({ options: { data_dir: '/etc/passwd' }, directoryProblem }),
      'Bad value "/etc/passwd" for --data-dir (/etc/passwd is not a directory): ' +
        'expected a directory that this user can read and write',
    );
  });

  test('is a default data directory that the file system refuses', () => {
    assert.equal(
      complaint({ directoryProblem: () => '/ is on a read-only file system' }),
      'Cannot keep data in leveret-data (/ is on a read-only file system): choose another directory ' +
        'with --data-dir, or keep all in memory with --in-memory',
    );
  });

  test('is another word than true and false for a flag', () => {
    assert.equal(
      complaint({ environment: { LEVERET_IN_MEMORY: 'maybe' } }),
      'Bad value "maybe" for LEVERET_IN_MEMORY: expected true or false',
    );
  });

  test('is told on one line whatever is in it', () => {
    assert.equal(
      complaint({ options: { 'log.level': 'x\n\u001b[2J"' } }),
      'Bad value "x\\n\\u{1b}[2J\\"" for --log-level: expected one of error, warn, warning, info, notice, debug, critical, alert, emergency, none',
    );
  });
});

describe('a variable that stands for no setting', () => {
  const unknown = (environment: Record<string, string>): readonly string[] =>
    loadSettings({ options: {}, environment, fileReader: noFiles, directoryProblem: () => null })
      .unknownVariables;

  test('is told', () => assert.deepEqual(unknown({ LEVERET_PROT: '1' }), ['LEVERET_PROT']));

  test('is no mistake where commands for a running broker read it', () => {
    for (const name of ['URL', 'USER', 'PASSWORD', 'TOKEN']) {
      assert.deepEqual(unknown({ [`LEVERET_${name}`]: 'x' }), []);
    }
  });
});
