/** Tags in the body of a request: an array, or a text with commas. */
import * as v from 'valibot';

export const TAGS: v.GenericSchema<string | string[], string[]> = v.union([
  v.pipe(
    v.string(),
    v.transform((text) => text.split(/[\s,]+/u).filter((tag) => tag !== '')),
  ),
  v.array(v.string()),
]);
