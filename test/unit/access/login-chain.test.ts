// Several back ends: who is asked when, and who decides afterwards.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type {
  AuthenticatedUser,
  Authorizer,
  BackEnd,
  Login,
} from '../../../src/access/authenticator.ts';
import { LoginChain } from '../../../src/access/login-chain.ts';
import { CollectedLog } from '../../support/collected-log.ts';
import { guestAccess } from '../../support/guest-access.ts';

const PEER = { address: '127.0.0.1', isLoopback: true, isTls: false, certificate: null };
const LOGIN: Login = { userName: 'guest', password: 'guest', peer: PEER };

function authorizer(isAllowed: boolean, renewed?: Authorizer | null): Authorizer {
  const rules = {
    vhostAccess: () => isAllowed,
    resourceAccess: () => isAllowed,
    topicAccess: () => isAllowed,
  };
  return renewed === undefined ? rules : { ...rules, renew: () => renewed };
}

function userWith(tags: readonly string[], rules: Authorizer): AuthenticatedUser {
  return { name: 'guest', tags, authorizers: [rules] };
}

/** A back end that answers all the same. */
function backEnd(
  name: string,
  answer: () => AuthenticatedUser | null | Promise<AuthenticatedUser | null>,
  asked: string[] = [],
): BackEnd {
  const ask = (how: string, login: Login): ReturnType<typeof answer> => {
    asked.push(`${how} ${name}`);
    login.onRefusal?.('never heard of');
    return answer();
  };
  return {
    name,
    authenticate: (login) => ask('authenticate', login),
    authorize: (login) => ask('authorize', login),
  };
}

const ALLOWING = userWith(['one'], authorizer(true));

describe('a chain of back ends', () => {
  test('asks the next where one refuses, and none after one that accepts', async () => {
    const asked: string[] = [];
    const chain = new LoginChain(
      [
        { authentication: backEnd('a', () => null, asked) },
        { authentication: backEnd('b', async () => ALLOWING, asked) },
        { authentication: backEnd('c', () => ALLOWING, asked) },
      ],
      new CollectedLog(),
    );
    assert.equal(await chain.authenticate(LOGIN), ALLOWING);
    assert.deepEqual(asked, ['authenticate a', 'authenticate b']);
  });

  test('takes one that fails for one that refuses, and tells it', async () => {
    const log = new CollectedLog();
    const fail = (): never => {
      throw new Error('out of reach');
    };
    const chain = new LoginChain(
      [
        { authentication: backEnd('a', fail) },
        { authentication: backEnd('b', () => Promise.reject(new Error('out of reach'))) },
      ],
      log,
    );
    assert.equal(await chain.authenticate(LOGIN), null);
    assert.equal(log.complaints.length, 2);
  });

  test('lets others say what the user may do, who must all know the user', async () => {
    const asked: string[] = [];
    const link = (...answers: (AuthenticatedUser | null)[]): LoginChain =>
      new LoginChain(
        [
          {
            authentication: backEnd('a', () => ALLOWING, asked),
            authorization: answers.map((answer, i) => backEnd(`z${i}`, () => answer, asked)),
          },
        ],
        new CollectedLog(),
      );
    const refusing = userWith(['one', 'two'], authorizer(false));
    const user = await link(ALLOWING, refusing).authenticate(LOGIN);
    assert.deepEqual(user?.tags, ['one', 'two']);
    assert.equal(user?.authorizers.length, 2);
    assert.deepEqual(asked, ['authenticate a', 'authorize z0', 'authorize z1']);
    assert.equal(guestAccess().vhostAccess(user, '/', PEER), false);
    assert.equal(await link(ALLOWING, null).authenticate(LOGIN), null);
  });

  test('tells who refused, and why', async () => {
    const chain = new LoginChain(
      [{ authentication: backEnd('a', () => null) }, { authentication: backEnd('b', () => null) }],
      new CollectedLog(),
    );
    const reasons: string[] = [];
    await chain.authenticate({ ...LOGIN, onRefusal: (reason) => void reasons.push(reason) });
    assert.deepEqual(reasons, ['a: never heard of', 'b: never heard of']);
  });

  test('gives a new secret to who takes secrets, and all of them must accept it', async () => {
    const next = authorizer(true);
    const chain = new LoginChain([], new CollectedLog());
    const plain = authorizer(false);
    const user = { ...ALLOWING, authorizers: [plain, authorizer(true, next)] };
    const renewed = await chain.updateSecret(user, 'token');
    assert.deepEqual(renewed?.authorizers, [plain, next]);
    const refused = { ...ALLOWING, authorizers: [authorizer(true, null)] };
    assert.equal(await chain.updateSecret(refused, 'token'), null);
  });
});
