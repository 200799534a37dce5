/** A binding as the API shows it. */
import {
  propertiesKeyOf,
  tableToJson,
  type DeclaredBinding,
  type DeclaredQueue,
  type VirtualHost,
} from '../plugin-api.ts';

export function shownBinding({ name: vhost }: VirtualHost): (binding: DeclaredBinding) => object {
  return (binding) => {
    const { source, destination, bindingKey, arguments: args } = binding;
    return {
      source: source.name,
      vhost,
      destination:
        destination.kind === 'queue' ? destination.queue.name : destination.exchange.name,
      destination_type: destination.kind,
      routing_key: Buffer.from(bindingKey, 'latin1').toString(),
      arguments: tableToJson(args),
      properties_key: propertiesKeyOf(binding),
    };
  };
}

/** Every queue can be reached by its name. */
export function shownDefaultBinding({ name, vhost }: DeclaredQueue): object {
  return {
    source: '',
    vhost,
    destination: name,
    destination_type: 'queue',
    routing_key: name,
    arguments: {},
    properties_key: encodeURIComponent(name).replaceAll('%20', '+').replaceAll('~', '%7E'),
  };
}
