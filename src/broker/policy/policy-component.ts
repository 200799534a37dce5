/** Policies as runtime parameters: checked, and handed on to their virtual host. */
import type { ParameterComponent } from '../parameters.ts';
import type { Durable } from '../stored-definitions.ts';
import type { PolicyKeys } from './policy-keys.ts';
import { policyErrors } from './policy-validation.ts';
import type { VirtualHostPolicies } from './virtual-host-policies.ts';

/** What is done with a change. */
export interface PolicyHost {
  readonly allPolicies: VirtualHostPolicies;
  /** Brings what has changed to all queues and exchanges. */
  reapplyPolicies(): Durable;
}

export function policyComponent(
  component: 'policy' | 'operator_policy',
  keys: PolicyKeys,
  hostOf: (vhost: string) => PolicyHost | null,
): ParameterComponent {
  return {
    validate: (name, value) => policyErrors(name, value, keys, component === 'operator_policy'),
    onSet({ vhost, name, value }) {
      const host = hostOf(vhost);
      host?.allPolicies.of(component).take(name, value);
      return host?.reapplyPolicies();
    },
    onDeleted({ vhost, name }) {
      const host = hostOf(vhost);
      host?.allPolicies.of(component).drop(name);
      return host?.reapplyPolicies();
    },
  };
}
