/** Alarms, virtual hosts, parameters and policies, told as events. */
import type { Alarms } from './alarms.ts';
import type { BrokerEvents, EventFacts, EventName } from './events.ts';
import type { Parameters } from './parameters.ts';
import type { Parameter } from './stored-parameters.ts';
import type { VirtualHosts } from './virtual-hosts.ts';

interface ToldOf {
  readonly events: BrokerEvents;
  readonly alarms: Alarms;
  readonly parameters: Parameters;
  readonly virtualHosts: VirtualHosts;
}

export function tellChanges({ events, alarms, parameters, virtualHosts }: ToldOf): void {
  alarms.onAlarm((name, isActive) => {
    events.emit(isActive ? 'alarm.set' : 'alarm.cleared', () => ({ name }));
  });
  virtualHosts.onCreated((name) => {
    events.emit('vhost.created', () => {
      const { description = '', tags = [] } = virtualHosts.find(name)?.metadata ?? {};
      return { name, description, tags };
    });
  });
  virtualHosts.onDeleted((name) => events.emit('vhost.deleted', () => ({ name })));
  parameters.onChange((parameter, isSet) => {
    events.emit(nameOf(parameter, isSet), () => factsOf(parameter, isSet));
  });
}

function nameOf({ component }: Parameter, isSet: boolean): EventName {
  if (component === 'policy') return isSet ? 'policy.set' : 'policy.cleared';
  if (component === 'vhost-limits') return isSet ? 'vhost.limits.set' : 'vhost.limits.cleared';
  return isSet ? 'parameter.set' : 'parameter.cleared';
}

function factsOf({ component, vhost, name, value }: Parameter, isSet: boolean): EventFacts {
  const given = isSet ? value : {};
  if (component === 'policy') return { ...(given as object), vhost, name };
  if (component === 'vhost-limits') return isSet ? { vhost, limits: value } : { vhost, name };
  return { component, vhost, name, ...(isSet ? { value } : {}) };
}
