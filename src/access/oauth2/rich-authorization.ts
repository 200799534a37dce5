/**
 * Scopes that are written as rich authorization requests (RFC 9396, `authorization_details`): a type, which is the
 * resource server's, actions, and locations such as `cluster:orders/vhost:shop/queue:q-*`.
 */
import type { ResourceServer } from './resource-server.ts';
import { parseWildcard } from './wildcard.ts';

const TAGS = new Set(['administrator', 'monitoring', 'management', 'policymaker']);
const PERMISSIONS = new Set(['configure', 'write', 'read']);

/** Scopes without a prefix. */
export function scopesOfDetails(details: unknown, server: ResourceServer): readonly string[] {
  if (!Array.isArray(details) || server.type === null || server.type === '') return [];
  return details.flatMap((detail: unknown) => scopesOfDetail(detail, server));
}

function scopesOfDetail(detail: unknown, { id, type }: ResourceServer): readonly string[] {
  const { type: ofType, actions, locations } = (detail ?? {}) as Record<string, unknown>;
  if (ofType !== type) return [];
  const patterns = textsOf(locations).flatMap((location) => patternOf(location, id) ?? []);
  if (patterns.length === 0) return [];
  return textsOf(actions).flatMap((action) => {
    if (TAGS.has(action)) return [`tag:${action}`];
    return PERMISSIONS.has(action) ? patterns.map((pattern) => `${action}:${pattern}`) : [];
  });
}

function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one) => typeof one === 'string');
}

/** `vhost/name/routing key`; null for a location elsewhere, or one that contradicts itself. */
function patternOf(location: string, serverId: string): string | null {
  const fields = new Map<string, string>();
  for (const field of location.split('/')) {
    const [name = '', value] = field.split(':').filter((part) => part !== '');
    if (value !== undefined) fields.set(name, value);
  }
  const cluster = fields.get('cluster');
  if (cluster === undefined || !parseWildcard(cluster).matches(serverId)) return null;
  const queue = fields.get('queue');
  const exchange = fields.get('exchange');
  if (queue !== undefined && exchange !== undefined && queue !== exchange) return null;
  const name = queue ?? exchange ?? '*';
  return `${fields.get('vhost') ?? '*'}/${name}/${fields.get('routing-key') ?? '*'}`;
}
