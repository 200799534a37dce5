/** Arguments in the body of a request: any JSON object. */
import * as v from 'valibot';
import type { JsonObject } from '../plugin-api.ts';

export const ARGUMENTS: v.GenericSchema<Record<string, unknown> | undefined, JsonObject> =
  v.optional(
    v.pipe(
      v.record(v.string(), v.unknown()),
      v.transform((json) => json as JsonObject),
    ),
    {},
  );

/** RabbitMQ takes the texts for the values. */
export const BOOLEAN: v.GenericSchema<boolean | string, boolean> = v.union(
  [
    v.boolean(),
    v.pipe(
      v.picklist(['true', 'false']),
      v.transform((text) => text === 'true'),
    ),
  ],
  'must be true or false',
);
