/** Feature flags and deprecated features: tools ask for them; here all that there is is enabled. */
import type { PluginContext } from '../../plugin-api.ts';
import { listAnswer } from '../lists.ts';
import { badRequest, NO_CONTENT, type Route } from '../route.ts';

/** RabbitMQ 4's stable ones, whose behaviour this broker has. */
const FLAGS: ReadonlyArray<readonly [name: string, description: string]> = [
  ['classic_mirrored_queue_version', 'Versions of mirrored classic queues'],
  ['classic_queue_type_delivery_support', 'Deliveries of classic queues by their type'],
  ['delete_ra_cluster_mqtt_node', 'Nothing: MQTT clients are not kept'],
  ['detailed_queues_endpoint', 'A detailed endpoint for queues'],
  ['direct_exchange_routing_v2', 'Fast routing of direct exchanges'],
  ['drop_unroutable_metric', 'Messages that nobody gets are counted'],
  ['empty_basic_get_metric', 'Gets from empty queues are counted'],
  ['feature_flags_v2', 'Feature flags, version 2'],
  ['implicit_default_bindings', 'Bindings of the default exchange are implicit'],
  ['listener_records_in_ets', 'Listeners are kept in memory'],
  ['maintenance_mode_status', 'Maintenance mode'],
  ['message_containers', 'Messages of all protocols are alike'],
  ['quorum_queue', 'Quorum queues'],
  ['quorum_queue_non_voters', 'Quorum queue members that do not vote'],
  ['restart_streams', 'Streams can be restarted'],
  ['stream_filtering', 'Streams can be filtered'],
  ['stream_queue', 'Streams'],
  ['stream_sac_coordinator_unblock_group', 'Single active consumers of streams'],
  ['stream_single_active_consumer', 'Single active consumers of streams'],
  ['stream_update_config_command', 'Streams can be reconfigured'],
  ['tracking_records_in_ets', 'Tracking records are kept in memory'],
  ['user_limits', 'Limits of users'],
  ['virtual_host_metadata', 'Virtual hosts have metadata'],
  ['rabbitmq_4.0.0', 'RabbitMQ 4.0'],
  ['rabbitmq_4.1.0', 'RabbitMQ 4.1'],
  ['rabbitmq_4.2.0', 'RabbitMQ 4.2'],
];

const DEPRECATED: ReadonlyArray<readonly [name: string, description: string]> = [
  ['global_qos', 'A prefetch for all consumers of a channel'],
  ['transient_nonexcl_queues', 'Queues that are neither durable nor exclusive'],
];

export function featureRoutes(_context: PluginContext): readonly Route[] {
  const deprecated = (path: string): Route => ({
    method: 'get',
    path,
    summary: 'Deprecated features: all are permitted',
    tag: 'management',
    query: 'list',
    handle: (request) =>
      listAnswer(
        DEPRECATED.map(([name, desc]) => ({
          name,
          desc,
          deprecation_phase: 'permitted_by_default',
          doc_url: '',
          provided_by: 'leveret',
          state: 'permitted',
        })),
        request,
      ),
  });
  return [
    {
      method: 'get',
      path: '/feature-flags',
      summary: 'Feature flags: all are enabled',
      tag: 'management',
      query: 'list',
      handle: (request) =>
        listAnswer(
          FLAGS.map(([name, desc]) => ({
            name,
            desc,
            doc_url: '',
            state: 'enabled',
            stability: 'stable',
            provided_by: 'leveret',
          })),
          request,
        ),
    },
    {
      method: 'put',
      path: '/feature-flags/{name}/enable',
      summary: 'Enable a feature flag: it is already',
      tag: 'administrator',
      handle({ params: { name = '' } }) {
        if (name === 'all' || FLAGS.some(([known]) => known === name)) return NO_CONTENT;
        throw badRequest('unsupported');
      },
    },
    deprecated('/deprecated-features'),
    deprecated('/deprecated-features/used'),
  ];
}
