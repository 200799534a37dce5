// Rows in each form, and what is told in which.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { Output, type OutputOptions } from '../../../../src/cli/control/output/output.ts';

const ROWS = [
  { name: 'tasks', messages: 3, policy: null },
  { name: 'Grüße "x", y', messages: 12_000, policy: 'short' },
];
const COLUMNS = ['name', 'messages', 'policy'];

async function written(
  write: (output: Output) => Promise<void>,
  options: Partial<OutputOptions> = {},
): Promise<string> {
  const stream = new PassThrough();
  const all = text(stream);
  await write(
    new Output({
      stream,
      form: 'table',
      isTerminal: false,
      isQuiet: false,
      hasHeader: true,
      ...options,
    }),
  );
  stream.end();
  return stripVTControlCharacters(await all);
}

async function rows(options: Partial<OutputOptions>): Promise<string> {
  return written(async (output) => output.rows(COLUMNS, ROWS), options);
}

describe('rows', () => {
  test('are separated by tabs for programs', async () => {
    assert.equal(
      await rows({}),
      'name\tmessages\tpolicy\ntasks\t3\t\nGrüße "x", y\t12000\tshort\n',
    );
  });

  test('are in line on a terminal, numbers to the right', async () => {
    assert.equal(
      await rows({ isTerminal: true }),
      'name           messages   policy\n' +
        'tasks                 3\n' +
        'Grüße "x", y      12000   short\n',
    );
  });

  test('have a frame as a pretty table', async () => {
    assert.equal(
      await rows({ form: 'pretty_table', hasHeader: false }),
      '┌──────────────┬───────┬───────┐\n' +
        '│ tasks        │ 3     │       │\n' +
        '│ Grüße "x", y │ 12000 │ short │\n' +
        '└──────────────┴───────┴───────┘\n',
    );
  });

  test('are quoted as CSV', async () => {
    assert.equal(
      await rows({ form: 'csv' }),
      '"name","messages","policy"\n"tasks","3",""\n"Grüße ""x"", y","12000","short"\n',
    );
  });

  test('are a JSON array, with an empty text for what is missing', async () => {
    assert.deepEqual(JSON.parse(await rows({ form: 'json' })), [
      { ...ROWS[0], policy: '' },
      ROWS[1],
    ]);
  });

  for (const [form, expected] of [
    ['table', ''],
    ['pretty_table', ''],
    ['json', '[\n]\n'],
  ] as const) {
    test(`are nothing where there are none, as ${form}`, async () => {
      assert.equal(await written(async (output) => output.rows(COLUMNS, []), { form }), expected);
    });
  }

  test('are written while they come: a slow reader holds them up', async () => {
    const stream = new PassThrough({ highWaterMark: 64 });
    const output = new Output({
      stream,
      form: 'table',
      isTerminal: false,
      isQuiet: false,
      hasHeader: true,
    });
    let givenCount = 0;
    function* many(): Generator<{ n: number }> {
      while (givenCount < 10_000) {
        givenCount += 1;
        yield { n: givenCount };
      }
    }
    const done = output.rows(['n'], many()).then(() => stream.end());
    await new Promise(setImmediate);
    assert.ok(givenCount < 1000, `${givenCount} rows for a reader that reads none`);
    const lines = (await text(stream)).trimEnd().split('\n');
    await done;
    assert.equal(lines.length, 10_001);
  });

  test('after the first thousand keep the columns of those', async () => {
    const many = Array.from({ length: 2500 }, (_, n) => ({
      n: n === 2000 ? 'a wide one' : n,
      m: 'x',
    }));
    const lines = (
      await written(async (output) => output.rows(['n', 'm'], many), { isTerminal: true })
    ).split('\n');
    assert.equal(lines[1], '  0   x');
    assert.equal(lines[2000], '1999   x');
    assert.equal(lines[2001], 'a wide one   x');
  });
});

describe('what a command does', () => {
  const say = async (output: Output): Promise<void> => output.say('Doing ...');

  test('is told to people', async () => assert.equal(await written(say), 'Doing ...\n'));

  for (const options of [{ isQuiet: true }, { form: 'json' }, { form: 'csv' }] as const) {
    test(`is not told with ${JSON.stringify(options)}`, async () => {
      assert.equal(await written(say, options), '');
    });
  }

  test('has no password of a URI in it', async () => {
    assert.equal(
      await written(async (output) => output.say('Setting {"uri":"amqp://u:pass:w@h/v"} ...')),
      'Setting {"uri":"amqp://u:[secret]@h/v"} ...\n',
    );
  });

  test('cannot write to the terminal', async () => {
    assert.equal(await written(async (output) => output.say('a\u001B[2J')), 'a\\u{1b}[2J\n');
  });
});
