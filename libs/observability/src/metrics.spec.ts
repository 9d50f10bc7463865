import { createMetrics } from './index';

describe('createMetrics', () => {
  it('shows counters by their labels', async () => {
    const metrics = createMetrics();
    metrics.vendorCommands.inc({ vendor: 'nox', purpose: 'steer', outcome: 'accepted' });
    expect(await metrics.scrape()).toContain(
      'warmshift_vendor_commands_total{vendor="nox",purpose="steer",outcome="accepted"} 1',
    );
  });

  it('asks the collectors at each scrape', async () => {
    const metrics = createMetrics();
    let age = 0;
    metrics.beforeScrape(async () => metrics.outboxAge.set((age += 1)));
    await metrics.scrape();
    expect(await metrics.scrape()).toContain('warmshift_outbox_oldest_seconds 2');
  });

  it('still answers when a collector fails, and counts it', async () => {
    const metrics = createMetrics();
    metrics.beforeScrape(() => Promise.reject(new Error('no database')));
    metrics.beforeScrape(() => {
      throw new Error('at once');
    });
    metrics.beforeScrape(async () => metrics.overdueRestores.set(3));
    const text = await metrics.scrape();
    expect(text).toContain('warmshift_overdue_restores 3');
    expect(text).toContain('warmshift_scrape_errors_total 2');
  });

  it('adds the process metrics when asked', async () => {
    const metrics = createMetrics();
    expect(await metrics.scrape()).not.toContain('process_resident_memory_bytes');
    metrics.startProcessMetrics();
    expect(await metrics.scrape()).toContain('process_resident_memory_bytes');
  });
});
