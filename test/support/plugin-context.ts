// A broker with what plugins see of it.
import assert from 'node:assert/strict';
import {
  createBroker,
  definePlugin,
  type CreateBrokerOptions,
  type EmbeddedBroker,
  type PluginContext,
} from 'leveret';

export interface Inside {
  readonly broker: EmbeddedBroker;
  readonly context: PluginContext;
}

/** Runs a test with a broker of its own. */
export async function withPluginContext(
  run: (inside: Inside) => Promise<void>,
  options: CreateBrokerOptions = {},
): Promise<void> {
  const contexts: PluginContext[] = [];
  const spy = definePlugin({
    name: 'spy',
    setup: (context) => {
      contexts.push(context);
    },
  });
  await using broker = await createBroker({ ...options, plugins: [spy] });
  const [context] = contexts;
  assert.ok(context !== undefined);
  await run({ broker, context });
}
