// Rounds of sequences. A round has a broker of its own, in which what earlier sequences declared meets later ones; it is
// the unit that can be repeated.
import { FuzzedBroker, Finding, type FuzzedClient } from './fuzzed-broker.ts';
import { SeededRandom } from '../support/seeded-random.ts';

/** Sequences in a round. */
export const ROUND_SEQUENCES = 200;
/** Connections that are open at the same time. */
const CONNECTIONS = 4;

/** Runs one round. @throws Finding with what is needed to repeat it */
export async function runRound(seed: number, round: number): Promise<void> {
  const random = new SeededRandom(Math.imul(seed, 0x9e3779b1) + round);
  const fuzzed = new FuzzedBroker(random);
  let begun = 0;
  const running: FuzzedClient[] = [];
  try {
    while (begun < ROUND_SEQUENCES || running.length > 0) {
      if (begun < ROUND_SEQUENCES && running.length < CONNECTIONS) {
        running.push(fuzzed.connect(random));
        begun++;
      }
      await advance(running, random);
      if (random.oneIn(50)) fuzzed.changePolicies(random);
    }
    fuzzed.checkNothingIsLeft();
    await fuzzed.broker.close();
    fuzzed.time.pass(10_000_000);
    if (fuzzed.time.timerCount > 0) throw new Finding(`${fuzzed.time.timerCount} timers are left`);
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Finding(
      `seed ${seed}, round ${round}, about sequence ${begun}: ${reason}\n` +
        `to repeat: npm run fuzz -- --seed ${seed} --from ${round} --rounds 1`,
    );
  }
}

/** One of the clients says something more, or leaves. */
async function advance(running: FuzzedClient[], random: SeededRandom): Promise<void> {
  const index = random.below(running.length);
  const client = running[index]!;
  if (!random.oneIn(500) && (await client.advance())) return;
  client.close();
  running.splice(index, 1);
}
