import { dayMs, defaultLegionellaProfile, evidenceCsv, minuteMs } from '@warmshift/domain';
import type { OperationExamples } from '../openapi/examples';
import { evening, ids } from '../openapi/story';

const run = {
  startedAt: '2026-01-12T02:10:00.000Z',
  completedAt: '2026-01-12T03:10:00.000Z',
  heldMinutes: 60,
  profileId: 'default-2026-11',
  holds: [{ temperatureC: 60 }],
};
const report = {
  deviceId: ids.device,
  deviceName: 'Heat pump in the cellar',
  zoneId: ids.tank,
  state: 'planned',
  overdue: false,
  enrolledAt: '2026-01-02T08:31:00.000Z',
  lastCompletedAt: run.completedAt,
  dueAt: '2026-01-19T03:10:00.000Z',
  planned: { startsAt: '2026-01-17T02:00:00.000Z', endsAt: '2026-01-17T03:00:00.000Z', actionId: ids.action },
  profile: {
    id: 'default-2026-11',
    source: defaultLegionellaProfile.source,
    holds: [{ temperatureC: 60 }],
  },
  intervalHours: 168,
  marginHours: 12,
  evidence: { from: '2026-01-02T08:31:00.000Z', to: evening('16:00'), kept: true, runs: [run], gaps: [] },
};
const csv = evidenceCsv(ids.device, {
  from: Date.parse(report.evidence.from),
  to: Date.parse(report.evidence.to),
  intervalMs: 7 * dayMs,
  kept: true,
  runs: [
    {
      startedAt: Date.parse(run.startedAt),
      completedAt: Date.parse(run.completedAt),
      heldMs: 60 * minuteMs,
      profileId: 'default-2026-11',
      holds: [{ temperatureC: 60 }],
    },
  ],
  gaps: [],
});

export const legionellaReport: OperationExamples = {
  parameters: { id: ids.device },
  answers: { 200: { planned: report, evidenceAsCsv: csv } },
};
export const overdueTanks: OperationExamples = {
  answers: {
    200: {
      one: {
        data: [
          {
            deviceId: ids.otherDevice,
            deviceName: 'Heat pump, Chaussée de Waterloo',
            zoneId: ids.tank,
            vendor: 'nox',
            dueAt: '2026-01-13T04:00:00.000Z',
            lastCompletedAt: '2026-01-06T04:00:00.000Z',
            obstacle: { code: 'OFFLINE', reason: 'The device has not been heard of since 13 January.' },
          },
        ],
        nextCursor: null,
      },
    },
  },
};
