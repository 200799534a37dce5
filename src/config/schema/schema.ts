// The whole schema, by subject: what every key is, and which setting it makes.
import type { Settings } from '../settings.ts';
import type { SchemaOf } from '../setting.ts';
import { ACCESS } from './access.ts';
import { AUTH } from './auth.ts';
import { DEFAULTS, DEFINITIONS } from './defaults.ts';
import { DISK_FREE_LIMIT, LIMITS, MEMORY, STORAGE } from './limits.ts';
import { LISTENERS } from './listeners.ts';
import { LOG } from './log.ts';
import { NODE, PLUGINS } from './node.ts';
import { MANAGEMENT, PROMETHEUS } from './plugins.ts';
import { tlsServer } from './tls.ts';

export const SCHEMA: SchemaOf<Settings> = {
  listeners: LISTENERS,
  sslOptions: tlsServer('ssl_options'),
  storage: STORAGE,
  memory: MEMORY,
  diskFreeLimit: DISK_FREE_LIMIT,
  limits: LIMITS,
  log: LOG,
  access: ACCESS,
  auth: AUTH,
  definitions: DEFINITIONS,
  defaults: DEFAULTS,
  node: NODE,
  management: MANAGEMENT,
  prometheus: PROMETHEUS,
  plugins: PLUGINS,
};
