/** What policies make of one queue or exchange: one of the users' and one of the operators', merged. */
import type { Policy, PolicyDefinition } from './policy.ts';

export interface AppliedPolicy {
  readonly policy: Policy | null;
  readonly operatorPolicy: Policy | null;
  readonly effective: PolicyDefinition;
}

/** What things have that no policy applies to. */
export const NO_DEFINITION: PolicyDefinition = Object.freeze({});

/**
 * Keys of both. Where both have a key, operators limit what users want: the smaller number, or the operator's value
 * where it is none. A negative delivery limit is no limit at all: then the larger.
 */
export function mergeDefinitions(
  user: PolicyDefinition,
  operator: PolicyDefinition,
): PolicyDefinition {
  const merged: Record<string, unknown> = { ...user };
  for (const [key, value] of Object.entries(operator)) {
    merged[key] = Object.hasOwn(user, key) ? mergeValues(key, user[key], value) : value;
  }
  return Object.freeze(merged);
}

function mergeValues(key: string, user: unknown, operator: unknown): unknown {
  if (typeof user !== 'number' || typeof operator !== 'number') return operator;
  if (key === 'queue-version') return operator;
  if (key === 'delivery-limit') return mergeDeliveryLimits(user, operator);
  return Math.min(user, operator);
}

/** Negative limits are none: one that is stands for both. */
export function mergeDeliveryLimits(a: number, b: number): number {
  return a < 0 || b < 0 ? Math.max(a, b) : Math.min(a, b);
}

/** Makes one object for each pair of policies, however many things they apply to. */
export class AppliedPolicies {
  readonly #byPolicy = new WeakMap<Policy, WeakMap<Policy, AppliedPolicy>>();

  /** Null where both are. */
  of(policy: Policy | null, operatorPolicy: Policy | null): AppliedPolicy | null {
    const first = policy ?? operatorPolicy;
    if (first === null) return null;
    const second = operatorPolicy ?? first;
    let bySecond = this.#byPolicy.get(first);
    if (bySecond === undefined) {
      bySecond = new WeakMap();
      this.#byPolicy.set(first, bySecond);
    }
    let applied = bySecond.get(second);
    if (applied === undefined) {
      const effective = mergeDefinitions(
        policy?.definition ?? NO_DEFINITION,
        operatorPolicy?.definition ?? NO_DEFINITION,
      );
      applied = { policy, operatorPolicy, effective };
      bySecond.set(second, applied);
    }
    return applied;
  }
}
