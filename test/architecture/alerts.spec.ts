import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMetrics } from '@warmshift/observability';

const docs = join(__dirname, '..', '..', 'docs');
const alerts = readFileSync(join(docs, 'alerts.yml'), 'utf8');
const runbook = readFileSync(join(docs, 'runbook.md'), 'utf8');

/** The names under which Prometheus stores a metric. */
async function storedNames(): Promise<Set<string>> {
  const known = await createMetrics().registry.getMetricsAsJSON();
  const names = known.flatMap(({ name, type }) =>
    String(type) === 'histogram' ? ['_bucket', '_count', '_sum'].map((end) => `${name}${end}`) : [name],
  );
  return new Set(names);
}

describe('the alert rules', () => {
  it('name only metrics that exist', async () => {
    const known = await storedNames();
    const named = [...alerts.matchAll(/\bwarmshift_[a-z_]+/g)].map(([name]) => name);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('lead to a part of the runbook each', () => {
    const anchors = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll(' ', '-'),
    );
    const rules = [...alerts.matchAll(/- alert: /g)];
    const led = [...alerts.matchAll(/runbook: docs\/runbook\.md#(\S+)/g)].map(([, anchor]) => anchor);
    expect(led).toHaveLength(rules.length);
    expect(led.filter((anchor) => !anchors.includes(anchor ?? ''))).toEqual([]);
  });
});
