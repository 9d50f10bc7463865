import type { OperationExamples } from '../openapi/examples';

const checks = {
  postgres: { ok: true },
  outbox: { ok: true, oldestSeconds: 0.2 },
  restores: { ok: true, overdue: 0 },
  reconciler: { ok: true, lagSeconds: 1.4 },
  clock: { ok: true, skewSeconds: 0.03 },
};

export const live: OperationExamples = { answers: { 200: { live: { status: 'live' } } } };
export const readiness: OperationExamples = {
  answers: {
    200: { ready: { status: 'ready', checks } },
    503: { databaseAway: { status: 'not-ready', checks: { postgres: { ok: false } } } },
  },
};
