/** Parameters as the DefinitionStore keeps them. What is read is checked: a later version or a person may have written it. */
import * as v from 'valibot';

export interface Parameter {
  readonly component: string;
  readonly vhost: string;
  readonly name: string;
  /** Plain data, as JSON has it. */
  readonly value: unknown;
}

export interface GlobalParameter {
  readonly name: string;
  /** Plain data, as JSON has it. */
  readonly value: unknown;
}

const PARAMETER: v.GenericSchema<unknown, Parameter> = v.object({
  component: v.string(),
  vhost: v.string(),
  name: v.string(),
  value: v.unknown(),
});

const GLOBAL_PARAMETER: v.GenericSchema<unknown, GlobalParameter> = v.object({
  name: v.string(),
  value: v.unknown(),
});

/** @throws Error for what is none; so does the function below */
export function readParameter(value: unknown): Parameter {
  return v.parse(PARAMETER, value);
}

export function readGlobalParameter(value: unknown): GlobalParameter {
  return v.parse(GLOBAL_PARAMETER, value);
}
