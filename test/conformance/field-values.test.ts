// What becomes of field values on their way through the broker, octet by octet (0-9-1 section 4.2.5.5 with RabbitMQ's
// corrections: https://www.rabbitmq.com/amqp-0-9-1-errata).
import assert from 'node:assert/strict';
import * as methods from '../../src/amqp/wire/generated/methods.ts';
import { PUBLISH } from '../support/bad-input.ts';
import type { RawClient } from '../support/raw-client.ts';
import { fact, section, type FactOptions } from './support/fact.ts';

const HEADERS_FLAG = 0x2000;

/** Publishes an empty message to queue q whose headers are these octets. */
function publishWithHeaders(client: RawClient, table: Buffer): void {
  client.sendFrame(1, 1, PUBLISH);
  const header = Buffer.alloc(18);
  header.writeUInt16BE(60, 0);
  header.writeUInt16BE(HEADERS_FLAG, 12);
  header.writeUInt32BE(table.length, 14);
  client.sendFrame(2, 1, Buffer.concat([header, table]));
}

/** The octets of the headers of the message in queue q, as they came. */
async function receivedHeaders(client: RawClient): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const collect = (chunk: Buffer): void => void chunks.push(chunk);
  client.socket.on('data', collect);
  client.send(methods.encodeBasicGet, 1, { queue: 'q', noAck: true });
  await client.expect(methods.BASIC_GET_OK);
  client.socket.off('data', collect);
  const octets = Buffer.concat(chunks);
  // Behind the frame of get-ok comes that of the content header, which is all there is: the body is empty.
  const start = 7 + octets.readUInt32BE(3) + 1 + 7;
  assert.equal(octets.readUInt16BE(start + 12), HEADERS_FLAG);
  const size = octets.readUInt32BE(start + 14);
  return octets.subarray(start + 18, start + 18 + size);
}

/** A value, in hexadecimal: its tag as text, and its octets. */
const value = (tag: string, octets: string): Buffer =>
  Buffer.concat([Buffer.from(tag), Buffer.from(octets.replaceAll(' ', ''), 'hex')]);
const entry = (key: string, octets: Buffer): Buffer =>
  Buffer.concat([Buffer.from([key.length]), Buffer.from(key), octets]);

interface Passage {
  readonly what: string;
  readonly sent: Buffer;
  readonly options?: FactOptions;
}

const AS_SENT: FactOptions = {
  leveretDiffers: 'RabbitMQ 4.x writes headers anew, with its own choice of octets',
  heldIn310: true,
};

const PASSAGES: readonly Passage[] = [
  { what: 'true (t)', sent: value('t', '01') },
  { what: 'false (t)', sent: value('t', '00') },
  { what: 'a signed octet (b)', sent: value('b', 'ff') },
  { what: 'an unsigned octet (B)', sent: value('B', 'ff') },
  { what: 'a signed integer of 16 bits (s)', sent: value('s', 'fffe') },
  { what: 'an unsigned integer of 16 bits (u)', sent: value('u', 'fffe') },
  { what: 'a signed integer of 32 bits (I)', sent: value('I', 'fffffffe') },
  { what: 'an unsigned integer of 32 bits (i)', sent: value('i', 'fffffffe') },
  { what: 'a signed integer of 64 bits (l)', sent: value('l', 'fffffffffffffffe') },
  { what: 'an integer beyond 53 bits (l)', sent: value('l', '7fffffffffffffff') },
  { what: 'a float of 32 bits (f)', sent: value('f', '3fc00000') },
  { what: 'a float of 64 bits (d)', sent: value('d', '3ff8000000000000') },
  { what: 'a decimal (D)', sent: value('D', '02 0000007b') },
  { what: 'a text (S)', sent: value('S', '00000002 6869') },
  { what: 'an empty text (S)', sent: value('S', '00000000') },
  { what: 'a text that is not UTF-8 (S)', sent: value('S', '00000002 fffe') },
  { what: 'octets (x)', sent: value('x', '00000003 00fffe') },
  { what: 'a timestamp (T)', sent: value('T', '000000006553f100') },
  { what: 'a void (V)', sent: value('V', '') },
  { what: 'an empty array (A)', sent: value('A', '00000000') },
  { what: 'an array of several types (A)', sent: value('A', '00000008 49 00000005 56 74 01') },
  { what: 'an array of arrays (A)', sent: value('A', '0000000a 41 00000005 49 00000001') },
  { what: 'an empty table (F)', sent: value('F', '00000000') },
  { what: 'a table in a table (F)', sent: value('F', '00000007 01 61 46 00000000') },
  { what: 'true written as 2 (t)', sent: value('t', '02'), options: AS_SENT },
  {
    what: 'an integer of 64 bits (L)',
    sent: value('L', 'fffffffffffffffe'),
    options: AS_SENT,
  },
];

const DROPPED: FactOptions = { differsIn310: 'it dropped the socket without saying why' };

/** Declares a queue with these octets for its arguments, which are not right. */
async function expectTableRefused(client: RawClient, table: Buffer): Promise<void> {
  const name = Buffer.from([0, 50, 0, 10, 0, 0, 1, 0x71, 0]);
  const size = Buffer.from([0, 0, 0, table.length]);
  client.sendFrame(1, 1, Buffer.concat([name, size, table]));
  const { method } = await client.expect(methods.CONNECTION_CLOSE);
  assert.deepEqual([method.replyCode, method.classId, method.methodId], [501, 50, 10]);
}

section('Field values', () => {
  for (const { what, sent, options } of PASSAGES) {
    fact(
      `headers pass on ${what}`,
      async ({ channel, client }) => {
        await channel.declareQueue('q');
        publishWithHeaders(client, entry('k', sent));
        const received = await receivedHeaders(client);
        assert.equal(received.toString('hex'), entry('k', sent).toString('hex'));
      },
      options,
    );
  }

  fact('headers without entries are passed on', async ({ channel, client }) => {
    await channel.declareQueue('q');
    publishWithHeaders(client, Buffer.alloc(0));
    assert.equal((await receivedHeaders(client)).length, 0);
  });

  fact(
    'headers keep their order',
    async ({ channel, client }) => {
      await channel.declareQueue('q');
      const table = Buffer.concat(['c', 'a', 'b'].map((key) => entry(key, value('V', ''))));
      publishWithHeaders(client, table);
      assert.equal((await receivedHeaders(client)).toString('hex'), table.toString('hex'));
    },
    { leveretDiffers: 'RabbitMQ 4.x sorts headers by name (decision 0011)', heldIn310: true },
  );

  for (const tag of ['U', 'Z', '\x00']) {
    const shown = tag === '\x00' ? '0' : tag;
    fact(
      `an argument with tag ${shown} closes the connection with 501`,
      ({ client }) => expectTableRefused(client, entry('k', value(tag, '0000'))),
      DROPPED,
    );
  }

  for (const [what, octets] of [
    ['a table that ends in a key', '05 6162'],
    ['a table that ends in a value', '01 61 49 0000'],
    ['a text that is longer than its table', '01 61 53 000000ff 6162'],
    ['an array that is longer than its table', '01 61 41 000000ff 56'],
  ] as const) {
    fact(
      `${what} in an argument closes the connection with 501`,
      ({ client }) => expectTableRefused(client, value('', octets)),
      DROPPED,
    );
  }
});
