/** How much one virtual host may have: kept as a runtime parameter (https://www.rabbitmq.com/docs/vhosts#limits). */
import { formatTerm } from './erlang-term.ts';
import type { ParameterComponent, Parameters } from './parameters.ts';
import { fieldErrors } from './policy/policy-validation.ts';
import type { Durable } from './stored-definitions.ts';

/** Absent: no limit. */
export interface VirtualHostLimits {
  readonly 'max-connections'?: number;
  readonly 'max-queues'?: number;
}

export type VirtualHostLimit = keyof VirtualHostLimits;

const COMPONENT = 'vhost-limits';
const NAME = 'limits';
export const VIRTUAL_HOST_LIMITS: readonly VirtualHostLimit[] = ['max-connections', 'max-queues'];

export function isVirtualHostLimit(name: string): name is VirtualHostLimit {
  return VIRTUAL_HOST_LIMITS.some((limit) => limit === name);
}

/** The limits in force; negative ones are none. */
export function limitsOf(parameters: Parameters, vhost: string): VirtualHostLimits {
  const value = parameters.find(COMPONENT, vhost, NAME)?.value ?? {};
  return Object.fromEntries(
    Object.entries(value).filter(([name, limit]) => isVirtualHostLimit(name) && Number(limit) >= 0),
  );
}

/** @throws ParameterError for limits that could not be set */
export function checkLimits(parameters: Parameters, limits: VirtualHostLimits): void {
  parameters.check({ component: COMPONENT, vhost: '', name: NAME, value: limits });
}

/** Changes one limit and keeps the other. @throws ParameterError */
export function setLimit(
  parameters: Parameters,
  vhost: string,
  name: VirtualHostLimit,
  value: unknown,
): Durable {
  const earlier = parameters.find(COMPONENT, vhost, NAME)?.value;
  return parameters.put(COMPONENT, vhost, NAME, { ...(earlier as object), [name]: value });
}

/** Removes one limit; nothing happens where it is not set. */
export function clearLimit(parameters: Parameters, vhost: string, name: VirtualHostLimit): Durable {
  const earlier = parameters.find(COMPONENT, vhost, NAME)?.value;
  if (earlier === undefined) return undefined;
  const { [name]: _removed, ...rest } = earlier as VirtualHostLimits;
  return parameters.put(COMPONENT, vhost, NAME, rest);
}

export function registerLimits(parameters: Parameters, onChange: (vhost: string) => void): void {
  const component: ParameterComponent = {
    validate(name, value) {
      if (name !== NAME) return [`${name} should be '${NAME}'`];
      const fields = VIRTUAL_HOST_LIMITS.map(
        (limit) => [limit, false, (n: unknown) => limitError(limit, n)] as const,
      );
      return fieldErrors(name, value, fields);
    },
    onSet: ({ vhost }) => onChange(vhost),
    onDeleted: ({ vhost }) => onChange(vhost),
  };
  parameters.register(COMPONENT, component);
}

function limitError(name: string, value: unknown): string | null {
  if (Number.isInteger(value)) return null;
  return `${name} should be a number, actually was ${formatTerm(value)}`;
}
