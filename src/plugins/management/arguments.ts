/** Arguments in the body of a request: any JSON object. */
import * as v from 'valibot';
import type { JsonObject } from '../plugin-api.ts';

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && value !== null;
}

/** Any JSON object. An array would do for the library; some clients write empty objects so. */
export const OBJECT: v.GenericSchema<Record<string, unknown>, Record<string, unknown>> = v.pipe(
  v.custom<Record<string, unknown>>(isPlain, 'must be an object'),
  v.record(v.string(), v.unknown()),
);

export const ARGUMENTS: v.GenericSchema<Record<string, unknown> | undefined, JsonObject> =
  v.optional(
    v.pipe(
      OBJECT,
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

/** Zero or more; the text of it is taken, too. */
export const INTEGER: v.GenericSchema<number | string, number> = v.pipe(
  v.union([
    v.number(),
    v.pipe(
      v.string(),
      v.regex(/^\d{1,15}$/u, 'must be a whole number'),
      v.transform((text) => Number(text)),
    ),
  ]),
  v.integer('must be a whole number'),
  v.minValue(0),
);
