/** A binding as the API shows it. */
import { tableToJson, type ListedBinding } from '../plugin-api.ts';

export function shownBinding(binding: ListedBinding): object {
  const { source, vhost, destination, destinationType, routingKey, propertiesKey } = binding;
  return {
    source,
    vhost,
    destination,
    destination_type: destinationType,
    routing_key: Buffer.from(routingKey, 'latin1').toString(),
    arguments: tableToJson(binding.arguments),
    properties_key: propertiesKey,
  };
}
