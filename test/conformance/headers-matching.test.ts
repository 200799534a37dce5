// Which headers a headers exchange takes to match the arguments of a binding
// (https://www.rabbitmq.com/tutorials/amqp-concepts#exchange-headers).
import assert from 'node:assert/strict';
import {
  EMPTY_TABLE,
  fromPlain,
  type FieldTable,
  type FieldValue,
  type PlainValue,
} from '../../src/amqp/wire/field-table.ts';
import type { Ground } from './support/ground.ts';
import { fact, section, type FactOptions } from './support/fact.ts';

type Plain = Readonly<Record<string, PlainValue>>;

/** Whether a message with these headers comes through a binding with these arguments. */
async function isRouted(
  ground: Ground,
  args: FieldTable,
  headers: FieldTable | null,
): Promise<boolean> {
  const { channel } = ground;
  await channel.declareQueue('q');
  await channel.bind('q', 'amq.headers', '', args);
  const properties = headers === null ? {} : { headers };
  channel.publish('amq.headers', 'any', 'body', { properties });
  return (await channel.get('q')) === 'body';
}

const A1B2 = { a: 1, b: 2 };

/** x-match, the other arguments, the headers, whether they match, and what the case is. */
const FORMS: ReadonlyArray<readonly [string | null, Plain, Plain, boolean, string]> = [
  [null, A1B2, { a: 1, b: 2, c: 3 }, true, 'all that is asked, and more'],
  [null, A1B2, { a: 1 }, false, 'a part of what is asked'],
  ['all', A1B2, { a: 1, b: 2, c: 3 }, true, 'all that is asked, and more'],
  ['all', A1B2, { a: 1 }, false, 'a part of what is asked'],
  ['all', A1B2, { a: 1, b: 3 }, false, 'another value'],
  ['all', { a: 1, 'x-b': 2 }, { a: 1 }, true, 'all but what begins with x-'],
  ['all-with-x', { a: 1, 'x-b': 2 }, { a: 1 }, false, 'all but what begins with x-'],
  ['all-with-x', { a: 1, 'x-b': 2 }, { a: 1, 'x-b': 2 }, true, 'all that is asked'],
  ['any', A1B2, { b: 2 }, true, 'a part of what is asked'],
  ['any', A1B2, { a: 2, b: 1 }, false, 'other values only'],
  ['any', { a: 1, 'x-b': 2 }, { 'x-b': 2 }, false, 'only what begins with x-'],
  ['any-with-x', { a: 1, 'x-b': 2 }, { 'x-b': 2 }, true, 'only what begins with x-'],
  ['any-with-x', { a: 1, 'x-b': 2 }, { c: 1 }, false, 'nothing that is asked'],
];

section('Headers matching', () => {
  for (const [form, args, headers, isMatch, what] of FORMS) {
    const name = form === null ? 'without x-match' : `x-match ${form}`;
    fact(`${name} ${isMatch ? 'takes' : 'refuses'} ${what}`, async (ground) => {
      const pattern = form === null ? args : { 'x-match': form, ...args };
      assert.equal(await isRouted(ground, fromPlain(pattern), fromPlain(headers)), isMatch);
    });
  }

  for (const [form, isMatch] of [
    ['all', true],
    ['all-with-x', true],
    ['any', false],
    ['any-with-x', false],
  ] as const) {
    const verb = isMatch ? 'takes everything' : 'takes nothing';
    fact(`x-match ${form} that asks for nothing ${verb}`, async (ground) => {
      const args = fromPlain({ 'x-match': form });
      assert.equal(await isRouted(ground, args, fromPlain({ a: 1 })), isMatch);
    });
  }

  fact('a message without headers counts as one with none', async (ground) => {
    assert.equal(await isRouted(ground, EMPTY_TABLE, null), true);
  });

  fact('a message without headers does not meet a condition', async (ground) => {
    assert.equal(await isRouted(ground, fromPlain({ a: 1 }), null), false);
  });

  fact('a queue with several bindings that match gets the message once', async ({ channel }) => {
    await channel.declareQueue('q');
    await channel.bind('q', 'amq.headers', '', fromPlain({ a: 1 }));
    await channel.bind('q', 'amq.headers', '', fromPlain({ b: 2 }));
    channel.publish('amq.headers', '', 'once', { properties: { headers: fromPlain(A1B2) } });
    assert.deepEqual([await channel.get('q'), await channel.get('q')], ['once', null]);
  });

  fact('amq.match is a headers exchange too', async ({ channel }) => {
    await channel.declareQueue('q');
    await channel.bind('q', 'amq.match', '', fromPlain({ a: 1 }));
    channel.publish('amq.match', '', 'no', { properties: { headers: fromPlain({ a: 2 }) } });
    channel.publish('amq.match', '', 'yes', { properties: { headers: fromPlain({ a: 1 }) } });
    assert.equal(await channel.get('q'), 'yes');
  });
});

const number = (type: 'b' | 'B' | 's' | 'u' | 'I' | 'i', value: number): FieldValue => ({
  type,
  value,
});

interface Comparison {
  readonly what: string;
  readonly asked: FieldValue;
  readonly given: FieldValue;
  readonly isEqual: boolean;
  readonly options?: FactOptions;
}

const COMPARISONS: readonly Comparison[] = [
  {
    what: 'integers of other widths',
    asked: number('I', 5),
    given: { type: 'l', value: 5n },
    isEqual: true,
  },
  {
    what: 'an unsigned and a signed integer',
    asked: number('B', 5),
    given: number('s', 5),
    isEqual: true,
  },
  {
    what: 'an integer and a float',
    asked: number('I', 1),
    given: { type: 'd', value: 1 },
    isEqual: false,
    options: { differsIn310: '1 equalled 1.0 before 4.0' },
  },
  {
    what: 'floats of other widths',
    asked: { type: 'f', value: 1.5 },
    given: { type: 'd', value: 1.5 },
    isEqual: true,
  },
  {
    what: 'text and the number that it says',
    asked: { type: 'S', value: '5' },
    given: number('I', 5),
    isEqual: false,
  },
  {
    what: 'texts of other case',
    asked: { type: 'S', value: 'Red' },
    given: { type: 'S', value: 'red' },
    isEqual: false,
  },
  {
    what: 'text and the same octets',
    asked: { type: 'S', value: 'red' },
    given: { type: 'x', value: Buffer.from('red') },
    isEqual: true,
  },
  {
    what: 'true and true',
    asked: { type: 't', value: true },
    given: { type: 't', value: true },
    isEqual: true,
  },
  {
    what: 'true and 1',
    asked: { type: 't', value: true },
    given: number('I', 1),
    isEqual: false,
  },
  {
    what: 'a void in the binding and any value',
    asked: { type: 'V', value: null },
    given: { type: 'S', value: 'anything' },
    isEqual: true,
  },
  {
    what: 'a void in the message and a value in the binding',
    asked: { type: 'S', value: 'something' },
    given: { type: 'V', value: null },
    isEqual: false,
  },
  {
    what: 'arrays with the same items',
    asked: { type: 'A', value: [number('I', 1), { type: 'S', value: 'x' }] },
    given: { type: 'A', value: [number('I', 1), { type: 'S', value: 'x' }] },
    isEqual: true,
  },
  {
    what: 'arrays with the items in another order',
    asked: { type: 'A', value: [number('I', 1), number('I', 2)] },
    given: { type: 'A', value: [number('I', 2), number('I', 1)] },
    isEqual: false,
  },
  {
    what: 'arrays with integers of other widths',
    asked: { type: 'A', value: [number('I', 1)] },
    given: { type: 'A', value: [number('s', 1)] },
    isEqual: false,
  },
  {
    what: 'tables with the same entries',
    asked: { type: 'F', value: fromPlain({ deep: 'x' }) },
    given: { type: 'F', value: fromPlain({ deep: 'x' }) },
    isEqual: true,
  },
  {
    what: 'timestamps of the same second',
    asked: { type: 'T', value: 1_700_000_000n },
    given: { type: 'T', value: 1_700_000_000n },
    isEqual: false,
    options: { differsIn310: 'they were equal before 4.0' },
  },
];

section('Values in headers matching', () => {
  for (const { what, asked, given, isEqual, options } of COMPARISONS) {
    fact(
      `${what} ${isEqual ? 'are' : 'are not'} the same`,
      async (ground) => {
        const args = new Map([['k', asked]]);
        assert.equal(await isRouted(ground, args, new Map([['k', given]])), isEqual);
      },
      options,
    );
  }

  fact('a void in the binding asks that the header is there', async (ground) => {
    const args = new Map<string, FieldValue>([['k', { type: 'V', value: null }]]);
    assert.equal(await isRouted(ground, args, fromPlain({ other: 1 })), false);
  });

  fact('an x-match that is no text is refused with 406', async ({ channel, client }) => {
    await channel.declareQueue('q');
    channel.sendBind('q', 'amq.headers', '', fromPlain({ 'x-match': true }));
    const text = 'Invalid x-match field type bool (value true); expected longstr';
    await client.expectChannelClose(1, 406, `PRECONDITION_FAILED - ${text}`);
  });
});
