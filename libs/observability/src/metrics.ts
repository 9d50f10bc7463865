import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Labels are vendors, outcomes, codes and queue names: never ids, so that the number of series stays small. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const collectors: (() => Promise<void>)[] = [];
  const metrics = {
    httpRequests: new Histogram({
      name: 'warmshift_http_request_seconds',
      help: 'HTTP requests answered, by route pattern.',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    vendorRequests: new Histogram({
      name: 'warmshift_vendor_request_seconds',
      help: 'Requests to vendors, in real seconds.',
      labelNames: ['vendor', 'purpose', 'outcome'] as const,
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
      registers,
    }),
    vendorCommands: new Counter({
      name: 'warmshift_vendor_commands_total',
      help: 'Commands sent to vendors.',
      labelNames: ['vendor', 'purpose', 'outcome'] as const,
      registers,
    }),
    actionTransitions: new Counter({
      name: 'warmshift_action_transitions_total',
      help: 'Changes of the state of actions.',
      labelNames: ['to', 'code'] as const,
      registers,
    }),
    actionLateness: new Histogram({
      name: 'warmshift_action_lateness_seconds',
      help: 'How long after its start an action was sent, in seconds of the service clock.',
      labelNames: ['vendor'] as const,
      buckets: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    }),
    syncRows: new Counter({
      name: 'warmshift_sync_rows_total',
      help: 'Rows that the sync wrote.',
      labelNames: ['vendor', 'kind'] as const,
      registers,
    }),
    syncProblems: new Counter({
      name: 'warmshift_sync_problems_total',
      help: 'Entries and devices that a sync could not use.',
      labelNames: ['vendor', 'kind'] as const,
      registers,
    }),
    outboxAge: new Gauge({
      name: 'warmshift_outbox_oldest_seconds',
      help: 'Age of the oldest outbox row that is not in the queue yet, in real seconds.',
      registers,
    }),
    reconcilerLag: new Gauge({
      name: 'warmshift_reconciler_lag_seconds',
      help: 'For how long the oldest step that is due has not been done, in real seconds.',
      registers,
    }),
    clockSkew: new Gauge({
      name: 'warmshift_clock_skew_seconds',
      help: 'How far the clock of this process is ahead of that of Postgres, in real seconds.',
      registers,
    }),
    reconciled: new Counter({
      name: 'warmshift_reconciled_total',
      help: 'Steps that the reconciler did because no job had done them in time.',
      registers,
    }),
    jobs: new Histogram({
      name: 'warmshift_job_seconds',
      help: 'Jobs taken from the queue, by how they ended, in real seconds.',
      labelNames: ['name', 'outcome'] as const,
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    queueDepth: new Gauge({
      name: 'warmshift_queue_jobs',
      help: 'Jobs in the queue.',
      labelNames: ['queue', 'state'] as const,
      registers,
    }),
    zonesByStatus: new Gauge({
      name: 'warmshift_zones',
      help: 'Zones of the fleet by steerable status code.',
      labelNames: ['code'] as const,
      registers,
    }),
    overdueRestores: new Gauge({
      name: 'warmshift_overdue_restores',
      help: 'Applied actions past the end of their window that are not taken back yet.',
      registers,
    }),
    legionellaOverdue: new Gauge({
      name: 'warmshift_legionella_overdue_tanks',
      help: 'Tanks for which nothing shows that a disinfection run happened in time.',
      registers,
    }),
    scrapeErrors: new Counter({
      name: 'warmshift_scrape_errors_total',
      help: 'Numbers that could not be taken for a scrape.',
      registers,
    }),
  };
  return {
    ...metrics,
    registry,
    contentType: registry.contentType,
    /** Process and event loop metrics; once per process. */
    startProcessMetrics: () => collectDefaultMetrics({ register: registry }),
    /** `work` sets gauges just before each scrape. */
    beforeScrape: (work: () => Promise<void>) => void collectors.push(work),
    /** All metrics in Prometheus text format. A collector that fails is counted; the others are still shown. */
    scrape: async (): Promise<string> => {
      const results = await Promise.allSettled(collectors.map(async (collect) => collect()));
      metrics.scrapeErrors.inc(results.filter(({ status }) => status === 'rejected').length);
      return registry.metrics();
    },
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

/** The metrics of this process. */
export const metrics = createMetrics();
