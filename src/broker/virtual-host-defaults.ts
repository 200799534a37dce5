/** What the configuration gives each new virtual host whose name matches: limits, and policies of operators. */
import { compilePattern } from '../runtime/pattern.ts';
import type { Parameters } from './parameters.ts';
import { policyToValue, type Policy } from './policy/policy.ts';
import { ignoreFailure } from './stored-definitions.ts';
import type { VirtualHost } from './virtual-host.ts';
import { checkLimits, VIRTUAL_HOST_LIMITS, type VirtualHostLimits } from './virtual-host-limits.ts';

/** `default_limits.vhosts.*`: the first that matches counts. */
export interface DefaultLimits {
  /** A regular expression, searched for in names of virtual hosts; all match when left out. */
  readonly pattern?: string;
  readonly limits: VirtualHostLimits;
}

/** `default_policies.operator.*`: all that match count. */
export interface DefaultOperatorPolicy {
  readonly name: string;
  /** A regular expression, searched for in names of virtual hosts; all match when left out. */
  readonly vhostPattern?: string;
  /** A regular expression, searched for in names of queues; all match when left out. */
  readonly queuePattern?: string;
  /** `all` when left out. */
  readonly applyTo?: string;
  readonly definition: Readonly<Record<string, unknown>>;
}

export interface VirtualHostDefaults {
  readonly limits: readonly DefaultLimits[];
  readonly operatorPolicies: readonly DefaultOperatorPolicy[];
}

const EVERYTHING = '.*';

export const NO_DEFAULTS: VirtualHostDefaults = { limits: [], operatorPolicies: [] };

/** @throws ParameterError, PatternError for what is wrong in them */
export function checkDefaults(defaults: VirtualHostDefaults, parameters: Parameters): void {
  for (const { pattern, limits } of defaults.limits) {
    compilePattern(pattern ?? EVERYTHING);
    checkLimits(parameters, limits);
  }
  for (const policy of defaults.operatorPolicies) {
    compilePattern(policy.vhostPattern ?? EVERYTHING);
    const { name, ...value } = operatorPolicyOf(policy);
    const component = 'operator_policy';
    parameters.check({ component, vhost: '', name, value: policyToValue(value) });
  }
}

/** To be called once for a virtual host that is new, with what was checked. */
export function applyDefaults(virtualHost: VirtualHost, defaults: VirtualHostDefaults): void {
  const { name } = virtualHost;
  const matching = defaults.limits.find(({ pattern }) => matches(pattern, name));
  for (const limit of VIRTUAL_HOST_LIMITS) {
    const value = matching?.limits[limit];
    if (value !== undefined) ignoreFailure(virtualHost.setLimit(limit, value));
  }
  for (const policy of defaults.operatorPolicies) {
    if (!matches(policy.vhostPattern, name)) continue;
    ignoreFailure(virtualHost.operatorPolicies.put(operatorPolicyOf(policy)));
  }
}

function operatorPolicyOf(policy: DefaultOperatorPolicy): Omit<Policy, 'vhost'> {
  const { name, queuePattern: pattern = EVERYTHING, applyTo = 'all', definition } = policy;
  return { name, pattern, applyTo, priority: 0, definition };
}

function matches(pattern: string | undefined, name: string): boolean {
  return compilePattern(pattern ?? EVERYTHING).test(name);
}
