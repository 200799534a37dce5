// Variables of RabbitMQ's server and images: which are refused, which have no effect here, and the one that says several things
// at once. Those that stand for a key are named with it in the schema.
import { LOG_CATEGORIES } from '../runtime/log-categories.ts';
import type { Statement } from './sources.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** RabbitMQ's images refuse them too: who sets them counts on them. */
const REFUSED =
  /^RABBITMQ_(?:DEFAULT_(?:USER|PASS)_FILE|(?:MANAGEMENT_)?SSL_\w+|VM_MEMORY_HIGH_WATERMARK)$/u;

/** Of Erlang, of files that are not read here, of directories that are laid out otherwise; and what serves instead. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  RABBITMQ_ADVANCED_CONFIG_FILE: '',
  RABBITMQ_CONF_ENV_FILE: '',
  RABBITMQ_DATA_DIR: 'use LEVERET_DATA_DIR',
  RABBITMQ_MNESIA_BASE: 'use LEVERET_DATA_DIR',
  RABBITMQ_MNESIA_DIR: 'use LEVERET_DATA_DIR',
  RABBITMQ_QUORUM_DIR: 'use LEVERET_DATA_DIR',
  RABBITMQ_STREAM_DIR: 'use LEVERET_DATA_DIR',
  RABBITMQ_SCHEMA_DIR: '',
  RABBITMQ_GENERATED_CONFIG_DIR: '',
  RABBITMQ_PID_FILE: '',
  RABBITMQ_PLUGINS_DIR: '',
  RABBITMQ_PLUGINS_EXPAND_DIR: '',
  RABBITMQ_ENABLED_PLUGINS: 'use LEVERET_PLUGINS_<NAME>',
  RABBITMQ_ENABLED_PLUGINS_FILE: 'use LEVERET_PLUGINS_<NAME>',
  RABBITMQ_FEATURE_FLAGS: '',
  RABBITMQ_FEATURE_FLAGS_FILE: '',
  RABBITMQ_SERVICENAME: '',
  RABBITMQ_CONSOLE_LOG: '',
  RABBITMQ_DIST_PORT: '',
  RABBITMQ_USE_LONGNAME: '',
  RABBITMQ_ERLANG_COOKIE: '',
  RABBITMQ_SERVER_ERL_ARGS: '',
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '',
  RABBITMQ_SERVER_START_ARGS: '',
  RABBITMQ_CTL_ERL_ARGS: '',
  RABBITMQ_DISTRIBUTION_BUFFER_SIZE: '',
  RABBITMQ_IO_THREAD_POOL_SIZE: '',
  RABBITMQ_MAX_NUMBER_OF_PROCESSES: '',
  RABBITMQ_MAX_NUMBER_OF_ATOMS: '',
  RABBITMQ_MAX_OPEN_FILES: '',
  RABBITMQ_DEFAULT_ALLOC_ARGS: '',
  RABBITMQ_SCHEDULER_BIND_TYPE: '',
  RABBITMQ_BOOT_MODULE: '',
  RABBITMQ_KEEP_PID_FILE_ON_EXIT: '',
};

/** A line for each that is set and refused. */
export function refusedVariables(environment: Environment): readonly string[] {
  return namesIn(environment)
    .filter((name) => REFUSED.test(name))
    .map((name) => `${name} is not supported: use a key of a configuration file`);
}

/** Those that are set and have no effect here, with what to use instead. */
export function variablesWithoutEffect(environment: Environment): readonly string[] {
  return namesIn(environment)
    .filter((name) => Object.hasOwn(WITHOUT_EFFECT, name))
    .toSorted()
    .map((name) => {
      const instead = WITHOUT_EFFECT[name] ?? '';
      return instead === '' ? name : `${name} (${instead})`;
    });
}

function namesIn(environment: Environment): readonly string[] {
  return Object.keys(environment).filter((name) => (environment[name] ?? '') !== '');
}

const LOG_VARIABLE = 'RABBITMQ_LOG';

/**
 * RABBITMQ_LOG: levels of everything and of categories, and whether there are colours, with commas between them
 * (`debug`, `info,connection=error,-color`). What it has that is nothing of the kind is a level, which its key refuses.
 */
export function logStatements(environment: Environment): readonly Statement[] {
  const origin = { kind: 'variable', name: LOG_VARIABLE } as const;
  const parts = (environment[LOG_VARIABLE] ?? '').split(',').map((part) => part.trim());
  return parts
    .filter((part) => part !== '')
    .flatMap((part) => {
      if (part === '+color' || part === '-color') {
        const text = String(part === '+color');
        return [{ words: ['log', 'console', 'use_colors'], text, origin }];
      }
      const [, category = '', level = ''] = /^(\w+)=(.*)$/u.exec(part) ?? [];
      if (category === '') return [{ words: ['log', 'level'], text: part, origin }];
      const isKnown = (LOG_CATEGORIES as readonly string[]).includes(category);
      return isKnown ? [{ words: ['log', category, 'level'], text: level, origin }] : [];
    });
}
