/** The policies of a virtual host: those of its users, or those of the operators that limit them. */
import { compilePattern, type Pattern } from '../../runtime/pattern.ts';
import type { Parameters } from '../parameters.ts';
import type { Durable } from '../stored-definitions.ts';
import {
  APPLY_TO,
  policyOfValue,
  policyToValue,
  type Policy,
  type PolicyTarget,
} from './policy.ts';
import type { PolicyKeys } from './policy-keys.ts';

interface CompiledPolicy {
  readonly policy: Policy;
  readonly pattern: Pattern;
  readonly targets: ReadonlySet<PolicyTarget>;
}

export interface PoliciesOptions {
  readonly vhost: string;
  readonly component: 'policy' | 'operator_policy';
  readonly parameters: Parameters;
  readonly keys: PolicyKeys;
}

export class Policies implements Iterable<Policy> {
  readonly #options: PoliciesOptions;
  readonly #byName = new Map<string, CompiledPolicy>();
  /** The first that matches applies. */
  #inOrder: readonly CompiledPolicy[] = [];

  constructor(options: PoliciesOptions) {
    this.#options = options;
  }

  *[Symbol.iterator](): Iterator<Policy> {
    for (const { policy } of this.#byName.values()) yield policy;
  }

  get size(): number {
    return this.#byName.size;
  }

  find(name: string): Policy | null {
    return this.#byName.get(name)?.policy ?? null;
  }

  /**
   * Adds or replaces a policy. It applies at once; with very many queues it takes a while until it has reached all, which
   * is what a promise waits for.
   *
   * @throws ParameterError
   */
  put(policy: Omit<Policy, 'vhost'>): Durable {
    const { vhost, component, parameters } = this.#options;
    return parameters.set({ component, vhost, name: policy.name, value: policyToValue(policy) });
  }

  /** @throws ParameterError when there is none */
  delete(name: string): Durable {
    const { vhost, component, parameters } = this.#options;
    return parameters.clear(component, vhost, name);
  }

  /** The one that applies: of those that match the one with the highest priority, of several the first by name. */
  match(target: PolicyTarget, name: string): Policy | null {
    for (const { policy, pattern, targets } of this.#inOrder) {
      if (targets.has(target) && pattern.test(name)) return policy;
    }
    return null;
  }

  /** Takes over what the parameters have: for a change, and when the broker starts. @throws PatternError */
  take(name: string, value: unknown): void {
    const { vhost, keys } = this.#options;
    const policy = policyOfValue(vhost, name, value);
    const names = Object.keys(policy.definition);
    const targets = (APPLY_TO.get(policy.applyTo) ?? []).filter(
      (target) => target === 'exchange' || keys.areFor(target, names),
    );
    const pattern = compilePattern(policy.pattern);
    this.#byName.set(name, { policy, pattern, targets: new Set(targets) });
    this.#sort();
  }

  /** The parameters no longer have it. */
  drop(name: string): void {
    this.#byName.delete(name);
    this.#sort();
  }

  #sort(): void {
    this.#inOrder = [...this.#byName.values()].sort(({ policy: a }, { policy: b }) => {
      if (a.priority !== b.priority) return b.priority - a.priority;
      return a.name < b.name ? -1 : 1;
    });
  }
}
