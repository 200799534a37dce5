/** Which policies apply to what in a virtual host. */
import type { Parameters } from '../parameters.ts';
import { AppliedPolicies, type AppliedPolicy } from './applied-policy.ts';
import { Policies } from './policies.ts';
import type { PolicyTarget } from './policy.ts';
import type { PolicyKeys } from './policy-keys.ts';

export class VirtualHostPolicies {
  readonly policies: Policies;
  readonly operatorPolicies: Policies;
  readonly #applied = new AppliedPolicies();

  constructor(vhost: string, parameters: Parameters, keys: PolicyKeys) {
    this.policies = new Policies({ vhost, component: 'policy', parameters, keys });
    this.operatorPolicies = new Policies({ vhost, component: 'operator_policy', parameters, keys });
  }

  of(component: 'policy' | 'operator_policy'): Policies {
    return component === 'policy' ? this.policies : this.operatorPolicies;
  }

  /** What applies to a queue or exchange of this name; null for nothing. The same object as long as that is the same. */
  appliedTo(target: PolicyTarget, name: string): AppliedPolicy | null {
    const { policies, operatorPolicies } = this;
    if (policies.size === 0 && operatorPolicies.size === 0) return null;
    return this.#applied.of(policies.match(target, name), operatorPolicies.match(target, name));
  }
}
