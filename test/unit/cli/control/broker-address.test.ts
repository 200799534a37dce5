// Where a command looks for the management API, and who asks.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  readAddress,
  urlOf,
  type AddressOptions,
} from '../../../../src/cli/control/broker-address.ts';
import { ControlError } from '../../../../src/cli/control/control-error.ts';

function read(options: AddressOptions, environment: Record<string, string> = {}): unknown[] {
  const address = readAddress(options, environment);
  const { login } = address;
  const who = login.kind === 'token' ? login.token : `${login.user}:${login.password ?? '?'}`;
  return [urlOf(address), who];
}

describe('the address of a broker', () => {
  for (const [what, options, environment, expected] of [
    ['is this machine, guest/guest', {}, {}, ['http://127.0.0.1:15672', 'guest:guest']],
    [
      'has the port of the API without a scheme',
      { url: 'rabbit' },
      {},
      ['http://rabbit:15672', 'guest:guest'],
    ],
    [
      'has the port of HTTP with one',
      { url: 'http://rabbit' },
      {},
      ['http://rabbit:80', 'guest:guest'],
    ],
    ['has the port of HTTPS', { url: 'https://rabbit' }, {}, ['https://rabbit:443', 'guest:guest']],
    ['may be IPv6', { url: '[::1]:1234' }, {}, ['http://[::1]:1234', 'guest:guest']],
    [
      'may have a path, with /api or without',
      { url: 'http://h:1/x/api/' },
      {},
      ['http://h:1/x', 'guest:guest'],
    ],
    ['has user and password', { url: 'http://a:b%3A@h:1' }, {}, ['http://h:1', 'a:b:']],
    [
      'comes from the environment',
      {},
      { LEVERET_URL: 'h:1', LEVERET_USER: 'u', LEVERET_PASSWORD: 'p' },
      ['http://h:1', 'u:p'],
    ],
    [
      'prefers options',
      { url: 'o:1', user: 'x', password: 'y' },
      { LEVERET_URL: 'h:1', LEVERET_USER: 'u', LEVERET_PASSWORD: 'p' },
      ['http://o:1', 'x:y'],
    ],
    [
      'takes empty variables for none',
      {},
      { LEVERET_URL: '', LEVERET_USER: '', LEVERET_PASSWORD: '' },
      ['http://127.0.0.1:15672', 'guest:guest'],
    ],
    [
      'leaves a password that is not given to be asked for',
      { user: 'x' },
      {},
      ['http://127.0.0.1:15672', 'x:?'],
    ],
    [
      'may have a token of the environment, unless a user is named',
      {},
      { LEVERET_TOKEN: 't', LEVERET_USER: 'u' },
      ['http://127.0.0.1:15672', 't'],
    ],
    [
      'prefers a user that is named',
      { user: 'u', password: 'p' },
      { LEVERET_TOKEN: 't' },
      ['http://127.0.0.1:15672', 'u:p'],
    ],
    ['may have a token', { token: 't' }, {}, ['http://127.0.0.1:15672', 't']],
  ] as const) {
    test(what, () => assert.deepEqual(read(options, environment), expected));
  }

  for (const url of ['ftp://h', 'http://', 'http://h:99999', '://', 'h:x', 'http://%zz@h']) {
    test(`is refused as ${url}`, () => {
      assert.throws(
        () => readAddress({ url }, {}),
        (error) => error instanceof ControlError && error.exitCode === 64,
      );
    });
  }
});
