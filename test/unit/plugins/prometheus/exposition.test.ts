import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Exposition } from '../../../../src/plugins/prometheus/exposition.ts';

describe('metrics as text', () => {
  test('say what they are, then their values', () => {
    const out = new Exposition();
    out.gauge('a', 'what a is', 5);
    out.counter('b_total', 'what b is', [{ labels: { x: '1', y: '2' }, value: 0.5 }]);
    assert.equal(
      out.toString(),
      [
        '# TYPE a gauge',
        '# HELP a what a is',
        'a 5',
        '# TYPE b_total counter',
        '# HELP b_total what b is',
        'b_total{x="1",y="2"} 0.5',
        '',
      ].join('\n'),
    );
  });

  test('escape what names may hold', () => {
    const out = new Exposition();
    out.gauge('a', 'a\nb', [{ labels: { q: 'a"b\\c\nd' }, value: 1 }]);
    assert.match(out.toString(), /a\{q="a\\"b\\\\c\\nd"\} 1/u);
    assert.match(out.toString(), /# HELP a a\\nb/u);
  });

  test('add up the buckets of a histogram', () => {
    const out = new Exposition();
    const histogram = { limits: [1, 10], counts: [2, 3, 4], sum: 99 };
    out.histogram('h', 'sizes', { p: 'x' }, histogram);
    const values = out.toString().split('\n').slice(2, -1);
    assert.deepEqual(values, [
      'h_bucket{p="x",le="1"} 2',
      'h_bucket{p="x",le="10"} 5',
      'h_bucket{p="x",le="+Inf"} 9',
      'h_sum{p="x"} 99',
      'h_count{p="x"} 9',
    ]);
  });
});
