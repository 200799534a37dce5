// The arguments of queue.declare: types, ranges, queue types, equivalence (https://www.rabbitmq.com/docs/queues#optional-arguments).
import type { FieldValue } from '../../src/amqp/wire/field-table.ts';
import { fact, section } from './support/fact.ts';
import {
  inEachWidth,
  nameOf,
  queueOf,
  refuses,
  tableOf,
  type Argument,
  type Arguments,
  type Plain,
} from './support/arguments.ts';

const QUEUE = "queue 'q' in vhost '/'";

/** The longest time, ten years of 365 days, in milliseconds. */
const TIME_MAX = 315_360_000_000;

/** One value of each type that is no integer. */
const NO_INTEGERS: readonly FieldValue[] = [
  { type: 'S', value: '1' },
  { type: 't', value: true },
  { type: 'd', value: 1 },
  { type: 'f', value: 1 },
  { type: 'D', value: { scale: 0, unscaled: 1 } },
  { type: 'x', value: Buffer.from('1') },
  { type: 'T', value: 1n },
  { type: 'A', value: [] },
  { type: 'F', value: new Map() },
  { type: 'V', value: null },
];

/** What is on the way only in 4.3 and later. */
const LOCATOR = 'classic queues know x-queue-leader-locator since 4.0';
const SINCE_43 = 'the argument is new in 4.3';

interface IntegerArgument {
  readonly name: string;
  readonly types: readonly string[];
  readonly accepted: readonly number[];
  readonly refused: readonly (readonly [number, string])[];
  /** In 3.10. */
  readonly differs?: string;
}

const NOT_NEGATIVE = [[-1, '{value_negative,-1}']] as const;
const A_TIME = [...NOT_NEGATIVE, [TIME_MAX + 1, `{value_too_large,${TIME_MAX + 1}}`]] as const;

const INTEGERS: readonly IntegerArgument[] = [
  {
    name: 'x-message-ttl',
    types: ['classic', 'quorum'],
    accepted: [0, 1, TIME_MAX],
    refused: A_TIME,
  },
  {
    name: 'x-expires',
    types: ['classic', 'quorum'],
    accepted: [60_000, TIME_MAX],
    refused: [...A_TIME, [0, '{value_zero,0}']],
  },
  {
    name: 'x-max-length',
    types: ['classic', 'quorum'],
    accepted: [0, 1, 2 ** 40],
    refused: NOT_NEGATIVE,
  },
  {
    name: 'x-max-length-bytes',
    types: ['classic', 'quorum'],
    accepted: [0, 1, 2 ** 40],
    refused: NOT_NEGATIVE,
  },
  {
    name: 'x-max-priority',
    types: ['classic'],
    accepted: [0, 1, 255],
    refused: [...NOT_NEGATIVE, [256, '{max_value_exceeded,256}']],
  },
  {
    name: 'x-quorum-initial-group-size',
    types: ['quorum'],
    accepted: [1, 3],
    refused: [...NOT_NEGATIVE, [0, '{value_zero,0}']],
  },
  {
    name: 'x-max-in-memory-length',
    types: ['quorum'],
    accepted: [0, 1],
    refused: NOT_NEGATIVE,
  },
  {
    name: 'x-max-in-memory-bytes',
    types: ['quorum'],
    accepted: [0, 1],
    refused: NOT_NEGATIVE,
  },
  {
    name: 'x-consumer-timeout',
    types: ['quorum'],
    accepted: [60_000],
    refused: NOT_NEGATIVE,
    differs: SINCE_43,
  },
];

function because(reason: string | undefined): { differsIn310?: string } {
  return reason === undefined ? {} : { differsIn310: reason };
}

section('Queue arguments that are integers', () => {
  for (const { name, types, accepted, refused, differs } of INTEGERS) {
    for (const type of types) {
      for (const value of accepted) {
        fact(`a ${type} queue takes ${name} ${value}`, async ({ channel }) => {
          await channel.declareQueue('q', queueOf(type, { [name]: value }));
        });
      }
      for (const [value, error] of refused) {
        fact(
          `a ${type} queue refuses ${name} ${value} as ${error}`,
          (ground) =>
            refuses(
              ground,
              queueOf(type, { [name]: value }),
              `invalid arg '${name}' for ${QUEUE}: ${error}`,
            ),
          because(differs),
        );
      }
      for (const value of NO_INTEGERS) {
        fact(
          `a ${type} queue refuses ${name} of type ${nameOf(value)}`,
          (ground) =>
            refuses(
              ground,
              queueOf(type, { [name]: value }),
              `invalid arg '${name}' for ${QUEUE}: "expected integer, got ${nameOf(value)}"`,
            ),
          because(differs),
        );
      }
    }
    const [type] = types;
    if (type === undefined) continue;
    for (const value of inEachWidth(100)) {
      fact(`${name} may be an integer of type ${nameOf(value)}`, async ({ channel }) => {
        await channel.declareQueue('q', queueOf(type, { [name]: value }));
      });
    }
  }
});

interface TextArgument {
  readonly name: string;
  readonly types: readonly string[];
  readonly accepted: readonly Arguments[];
  readonly refused: readonly (readonly [Arguments, string])[];
  /** Why a classic queue of 3.10 refuses it. */
  readonly notYetClassic?: string;
}

const OTHERS: readonly TextArgument[] = [
  {
    name: 'x-overflow',
    types: ['classic', 'quorum'],
    accepted: ['drop-head', 'reject-publish', 'reject-publish-dlx'].map((value) => ({
      'x-overflow': value,
    })),
    refused: [
      [{ 'x-overflow': 'nonsense' }, 'invalid_overflow'],
      [{ 'x-overflow': '' }, 'invalid_overflow'],
      [{ 'x-overflow': 1 }, '{unacceptable_type,signedint}'],
      [{ 'x-overflow': true }, '{unacceptable_type,bool}'],
    ],
  },
  {
    name: 'x-dead-letter-routing-key',
    types: ['classic', 'quorum'],
    accepted: [{ 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'k' }],
    refused: [
      [{ 'x-dead-letter-routing-key': 'k' }, 'routing_key_but_no_dlx_defined'],
      [
        { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 1 },
        '{unacceptable_type,signedint}',
      ],
    ],
  },
  {
    name: 'x-dead-letter-strategy',
    types: ['quorum'],
    accepted: ['at-most-once', 'at-least-once'].map((value) => ({
      'x-dead-letter-strategy': value,
    })),
    refused: [
      [{ 'x-dead-letter-strategy': 'nonsense' }, 'invalid_dlx_strategy'],
      [{ 'x-dead-letter-strategy': 1 }, '{unacceptable_type,signedint}'],
    ],
  },
  {
    name: 'x-single-active-consumer',
    types: ['classic', 'quorum'],
    accepted: [{ 'x-single-active-consumer': true }, { 'x-single-active-consumer': false }],
    refused: [
      [{ 'x-single-active-consumer': 'true' }, '{unacceptable_type,longstr}'],
      [{ 'x-single-active-consumer': 1 }, '{unacceptable_type,signedint}'],
    ],
  },
  {
    name: 'x-queue-leader-locator',
    types: ['classic', 'quorum'],
    accepted: ['client-local', 'balanced'].map((value) => ({ 'x-queue-leader-locator': value })),
    refused: [
      [{ 'x-queue-leader-locator': 'nonsense' }, 'invalid_queue_locator_arg'],
      [{ 'x-queue-leader-locator': 1 }, '{unacceptable_type,signedint}'],
    ],
    notYetClassic: LOCATOR,
  },
  {
    name: 'x-queue-mode',
    types: ['classic'],
    accepted: [{ 'x-queue-mode': 'default' }, { 'x-queue-mode': 'lazy' }],
    refused: [
      [{ 'x-queue-mode': 'nonsense' }, `"unsupported queue mode 'nonsense'"`],
      [{ 'x-queue-mode': 1 }, '{unacceptable_type,signedint}'],
    ],
  },
  {
    name: 'x-queue-version',
    types: ['classic'],
    accepted: [{ 'x-queue-version': 2 }],
    refused: [
      [{ 'x-queue-version': 3 }, `"unsupported queue version '3'"`],
      [{ 'x-queue-version': 'two' }, '"expected integer, got longstr"'],
    ],
  },
];

section('Queue arguments that are words', () => {
  for (const { name, types, accepted, refused, notYetClassic } of OTHERS) {
    for (const type of types) {
      const options = type === 'classic' ? because(notYetClassic) : {};
      for (const plain of accepted) {
        fact(
          `a ${type} queue takes ${describe(plain)}`,
          async ({ channel }) => {
            await channel.declareQueue('q', queueOf(type, plain));
          },
          options,
        );
      }
      for (const [plain, error] of refused) {
        fact(
          `a ${type} queue refuses ${describe(plain)} as ${error}`,
          (ground) =>
            refuses(ground, queueOf(type, plain), `invalid arg '${name}' for ${QUEUE}: ${error}`),
          options,
        );
      }
    }
  }

  fact('a dead-letter exchange that is no text is refused by its type', (ground) =>
    refuses(
      ground,
      queueOf('classic', { 'x-dead-letter-exchange': 1 }),
      `invalid type 'signedint' for arg 'x-dead-letter-exchange' in ${QUEUE}`,
    ),
  );

  fact(
    'version 1 of classic queues is refused',
    (ground) =>
      refuses(
        ground,
        queueOf('classic', { 'x-queue-version': 1 }),
        `invalid arg 'x-queue-version' for ${QUEUE}: "unsupported queue version '1'"`,
      ),
    { differsIn310: 'version 1 is the default' },
  );

  fact('a delivery limit may be negative', async ({ channel }) => {
    await channel.declareQueue('q', queueOf('quorum', { 'x-delivery-limit': -1 }));
  });

  for (const value of inEachWidth(20)) {
    fact(`a delivery limit may be of type ${nameOf(value)}`, async ({ channel }) => {
      await channel.declareQueue('q', queueOf('quorum', { 'x-delivery-limit': value }));
    });
  }
});

function describe(plain: Arguments): string {
  return Object.entries(plain)
    .map(([name, value]) => `${name} ${nameOf(value)}`)
    .join(' with ');
}

section('Queue types', () => {
  for (const type of ['classic', 'quorum', 'stream']) {
    fact(`x-queue-type may be ${type}`, async ({ channel }) => {
      await channel.declareQueue('q', {
        durable: true,
        arguments: tableOf({ 'x-queue-type': type }),
      });
    });
  }

  fact('an unknown type is refused', (ground) =>
    refuses(
      ground,
      queueOf('nonsense'),
      `invalid arg 'x-queue-type' for ${QUEUE}: "unsupported queue type 'nonsense'"`,
    ),
  );

  fact('a type that is no text is refused', (ground) =>
    refuses(
      ground,
      { durable: true, arguments: tableOf({ 'x-queue-type': 1 }) },
      `invalid arg 'x-queue-type' for ${QUEUE}: {unacceptable_type,signedint}`,
    ),
  );

  for (const type of ['', 'undefined']) {
    fact(
      `the type "${type}" means the default`,
      async ({ channel }) => {
        await channel.declareQueue('q', {
          durable: true,
          arguments: tableOf({ 'x-queue-type': type }),
        });
        await channel.declareQueue('q', { durable: true });
      },
      { differsIn310: 'such a type is unknown there' },
    );
  }
});

/** Arguments, a value that some type takes, and the types that refuse it for knowing nothing of it. */
const KNOWN_ELSEWHERE: readonly (readonly [string, Argument, readonly string[], string?])[] = [
  ['x-delivery-limit', 1, ['classic']],
  ['x-quorum-initial-group-size', 1, ['classic']],
  ['x-max-in-memory-length', 1, ['classic']],
  ['x-max-in-memory-bytes', 1, ['classic']],
  ['x-dead-letter-strategy', 'at-most-once', ['classic']],
  ['x-consumer-disconnected-timeout', 1000, ['classic'], SINCE_43],
  ['x-delayed-retry-type', 'all', ['classic'], SINCE_43],
  ['x-delayed-retry-min', 1000, ['classic'], SINCE_43],
  ['x-delayed-retry-max', 1000, ['classic'], SINCE_43],
  ['x-max-priority', 1, ['quorum']],
  ['x-queue-mode', 'lazy', ['quorum']],
  ['x-queue-version', 2, ['quorum']],
  ['x-max-age', '1h', ['classic', 'quorum']],
  ['x-stream-max-segment-size-bytes', 1000, ['classic', 'quorum']],
  ['x-stream-filter-size-bytes', 16, ['classic', 'quorum'], 'the argument is new in 3.13'],
  ['x-initial-cluster-size', 1, ['classic', 'quorum']],
];

section('Queue arguments of another type', () => {
  for (const [name, value, types, differs] of KNOWN_ELSEWHERE) {
    for (const type of types) {
      fact(
        `a ${type} queue refuses ${name}`,
        (ground) =>
          refuses(
            ground,
            queueOf(type, { [name]: value }),
            `invalid arg '${name}' for ${QUEUE} of queue type rabbit_${type}_queue`,
          ),
        because(differs),
      );
    }
  }
});

/** Arguments with two values, the types where they are compared, and the type of the values as texts name it. */
const COMPARED: readonly (readonly [string, Plain, Plain, readonly string[], Arguments?])[] = [
  ['x-message-ttl', 60_000, 1000, ['classic', 'quorum']],
  ['x-expires', 60_000, 70_000, ['classic', 'quorum']],
  ['x-max-length', 10, 20, ['classic', 'quorum']],
  ['x-max-length-bytes', 10, 20, ['classic', 'quorum']],
  ['x-overflow', 'drop-head', 'reject-publish', ['classic', 'quorum']],
  ['x-dead-letter-exchange', 'x', 'y', ['classic', 'quorum']],
  ['x-dead-letter-routing-key', 'x', 'y', ['classic', 'quorum'], { 'x-dead-letter-exchange': '' }],
  ['x-dead-letter-strategy', 'at-most-once', 'at-least-once', ['quorum']],
  ['x-max-priority', 5, 6, ['classic']],
  ['x-single-active-consumer', true, false, ['classic', 'quorum']],
  ['x-delivery-limit', 5, 6, ['quorum']],
  ['x-quorum-initial-group-size', 1, 3, ['quorum']],
  ['x-queue-leader-locator', 'client-local', 'balanced', ['classic', 'quorum']],
  ['x-queue-mode', 'default', 'lazy', ['classic']],
];

const WORDS: Readonly<Record<string, string>> = {
  string: 'longstr',
  number: 'signedint',
  boolean: 'bool',
};

section('Arguments on declaring a queue again', () => {
  for (const [name, value, other, types, common = {}] of COMPARED) {
    const inequivalent = `inequivalent arg '${name}' for ${QUEUE}`;
    const typed = `the value '${String(value)}' of type '${WORDS[typeof value]}'`;
    for (const type of types) {
      const isNew = name === 'x-queue-leader-locator' && type === 'classic';
      const options = because(isNew ? LOCATOR : undefined);
      const without = queueOf(type, common);
      const withIt = queueOf(type, { ...common, [name]: value });
      const withOther = queueOf(type, { ...common, [name]: other });
      fact(
        `a ${type} queue with ${name} is not the one without`,
        async (ground) => {
          await ground.channel.declareQueue('q', withIt);
          await refuses(ground, without, `${inequivalent}: received none but current is ${typed}`);
        },
        options,
      );
      fact(
        `a ${type} queue without ${name} is not the one with it`,
        async (ground) => {
          await ground.channel.declareQueue('q', without);
          await refuses(ground, withIt, `${inequivalent}: received ${typed} but current is none`);
        },
        options,
      );
      fact(
        `a ${type} queue with another ${name} is not the same`,
        async (ground) => {
          await ground.channel.declareQueue('q', withIt);
          await refuses(
            ground,
            withOther,
            `${inequivalent}: received '${String(other)}' but current is '${String(value)}'`,
          );
        },
        options,
      );
      fact(
        `a ${type} queue with the same ${name} is the same`,
        async ({ channel }) => {
          await channel.declareQueue('q', withIt);
          await channel.declareQueue('q', withIt);
        },
        options,
      );
      if (typeof value === 'number') {
        for (const width of inEachWidth(value).filter((width) => fits(width))) {
          fact(
            `a ${type} queue with ${name} of type ${nameOf(width)} is the same as with signedint`,
            async ({ channel }) => {
              await channel.declareQueue('q', withIt);
              await channel.declareQueue('q', queueOf(type, { ...common, [name]: width }));
            },
          );
        }
      }
    }
  }
});

function fits({ type, value }: FieldValue): boolean {
  const number = Number(value);
  if (type === 'b') return number < 128;
  if (type === 'B') return number < 256;
  if (type === 's') return number < 32_768;
  return type !== 'u' || number < 65_536;
}

section('Kinds of arguments that are not compared', () => {
  fact('an argument that no type knows is taken', async ({ channel }) => {
    await channel.declareQueue('q', queueOf('classic', { 'x-mine': 'a', other: 1 }));
  });

  fact('an argument that no type knows is not compared', async ({ channel }) => {
    await channel.declareQueue('q', queueOf('classic', { 'x-mine': 'a' }));
    await channel.declareQueue('q', queueOf('classic', { 'x-mine': 2 }));
    await channel.declareQueue('q');
  });

  fact('a passive declaration compares no arguments', async ({ channel }) => {
    await channel.declareQueue('q', queueOf('classic', { 'x-max-length': 1 }));
    await channel.declareQueue('q', { passive: true, arguments: tableOf({ 'x-max-length': 'x' }) });
  });

  fact('no type and the type classic are the same', async ({ channel }) => {
    await channel.declareQueue('q');
    await channel.declareQueue('q', { arguments: tableOf({ 'x-queue-type': 'classic' }) });
    await channel.declareQueue('q');
  });

  for (const [first, second] of [
    ['classic', 'quorum'],
    ['quorum', 'classic'],
  ] as const) {
    fact(`a ${first} queue is no ${second} queue`, async (ground) => {
      const options = (type: string): object => ({
        durable: true,
        arguments: tableOf({ 'x-queue-type': type }),
      });
      await ground.channel.declareQueue('q', options(first));
      await refuses(
        ground,
        options(second),
        `inequivalent arg 'x-queue-type' for ${QUEUE}: received '${second}' but current is '${first}'`,
      );
    });
  }

  fact('the text of a number is not the number', async (ground) => {
    await ground.channel.declareQueue('q', queueOf('classic', { 'x-max-length': 1 }));
    await refuses(
      ground,
      queueOf('classic', { 'x-max-length': '1' }),
      `inequivalent arg 'x-max-length' for ${QUEUE}: received '1' but current is '1'`,
    );
  });
});
