// `leveret` with an OAuth 2 token for a login.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CreateBrokerOptions } from 'leveret';
import { withBroker } from '../../support/command-line.ts';
import { IdentityProvider } from '../../support/identity-provider.ts';

function trusting({ keysUrl: jwksUrl }: IdentityProvider): CreateBrokerOptions {
  const backEnds = [{ authn: 'oauth2', authz: 'oauth2' }] as const;
  const oauth2 = { resourceServerId: 'rabbitmq', provider: { jwksUrl } };
  return { access: { backEnds, oauth2 } };
}

describe('leveret with a token', { concurrency: true }, () => {
  const scope = 'rabbitmq.tag:administrator rabbitmq.read:*/* rabbitmq.configure:*/*';

  test('may do what the token allows', async () => {
    await using provider = await IdentityProvider.start();
    const token = await provider.token({ scope });
    await withBroker(async ({ run }) => {
      assert.equal((await run(['declare_queue', 'q', '--token', token])).code, 0);
      const environment = { LEVERET_TOKEN: token };
      assert.equal((await run(['list_queues', '-s', 'name'], { environment })).output, 'q\n');
    }, trusting(provider));
  });

  test('is told that a token has ended, without the token', async () => {
    await using provider = await IdentityProvider.start();
    const token = await provider.token({ scope, exp: 1 });
    await withBroker(async ({ run }) => {
      assert.deepEqual(await run(['list_users', '-q', '--token', token]), {
        code: 69,
        output: '',
        errors: 'leveret: the token is refused: it may have ended, or be for another broker\n',
      });
    }, trusting(provider));
  });
});
