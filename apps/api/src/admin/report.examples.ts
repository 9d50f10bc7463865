import type { z } from 'zod';
import type { OperationExamples } from '../openapi/examples';
import { evening, ids } from '../openapi/story';
import { slotLines } from './report-csv';
import type { reportSchema } from './report.dto';

const account = {
  commandedKw: 2310.4,
  acknowledgedKw: 2280.1,
  observedKw: 2051.7,
  reportedKw: 1873.2,
  estimatedKw: 178.5,
};

/** Also the last thing that is told live. */
export const report: z.input<typeof reportSchema> = {
  occurrenceId: ids.occurrence,
  finishedAt: evening('18:02'),
  slots: [{ startsAt: evening('16:00'), askedKw: 2000, promisedKw: 2004.1, ...account, reboundKw: 0 }],
  byVendor: [
    {
      vendor: 'nox',
      actions: 1874,
      measured: 1790,
      observedKwh: 4103.4,
      slots: [{ startsAt: evening('16:00'), ...account }],
    },
  ],
  outcomes: { RESTORED: 1851, OVERRIDDEN: 19, SKIPPED: 4 },
  reasons: { USER_OVERRIDE: 19, OFFLINE: 4 },
  preempted: 0,
  holdOut: {
    heldOutZones: 196,
    steeredZones: 1874,
    scale: 1.02,
    slots: [{ startsAt: evening('16:00'), expectedKw: 2612.5, steeredKw: 540.2, deliveredKw: 2072.3 }],
  },
  rebound: { reboundKwh: 1180.2, slots: [{ startsAt: evening('18:00'), reboundKw: 655.1 }] },
};

export const occurrenceReport: OperationExamples = {
  parameters: { id: ids.occurrence, format: 'json' },
  answers: { 200: { eveningPeak: report, slotsAsCsv: slotLines(report) } },
};
