// What Prometheus' own text parser makes of metrics.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { python } from './python-programs.ts';

const PARSE = `
import json, math, sys, urllib.request
from prometheus_client.parser import text_string_to_metric_families
text = urllib.request.urlopen(sys.argv[1]).read().decode()
families = list(text_string_to_metric_families(text))
value = lambda sample: sample.value if math.isfinite(sample.value) else None
samples = [[s.name, s.labels, value(s)] for f in families for s in f.samples]
print(json.dumps({"types": {f.name: f.type for f in families}, "samples": samples}))
`;

export interface ParsedMetrics {
  /** By name of the family. */
  readonly types: Readonly<Record<string, string>>;
  /** Null for what is no number. */
  readonly samples: ReadonlyArray<
    readonly [name: string, labels: Readonly<Record<string, string>>, value: number | null]
  >;
}

export async function parsedMetrics(url: string): Promise<ParsedMetrics> {
  const options = { maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(python(), ['-c', PARSE, url], options);
  return JSON.parse(stdout) as ParsedMetrics;
}
