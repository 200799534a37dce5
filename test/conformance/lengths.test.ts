// Limits on the length of a queue (https://www.rabbitmq.com/docs/maxlength).
import assert from 'node:assert/strict';
import { fromPlain } from '../../src/amqp/wire/field-table.ts';
import { fact, section } from './support/fact.ts';

section('Length limits', () => {
  fact('x-max-length drops from the head', async ({ channel }) => {
    await channel.declareQueue('q', { arguments: fromPlain({ 'x-max-length': 2 }) });
    for (const body of ['a', 'b', 'c']) channel.publish('', 'q', body);
    await channel.sync();
    assert.equal(await channel.get('q'), 'b');
    assert.equal(await channel.get('q'), 'c');
  });
});
