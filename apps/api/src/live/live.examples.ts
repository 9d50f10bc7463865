import { report } from '../admin/report.examples';
import type { OperationExamples } from '../openapi/examples';
import { evening, ids, window } from '../openapi/story';

const facts = { occurrenceId: ids.occurrence, ...window };

export const occurrenceEvents: OperationExamples = {
  parameters: { id: ids.occurrence },
  answers: {
    200: {
      progress: {
        ...facts,
        status: 'RUNNING',
        states: { ACTIVE: 1812, SENT: 62 },
        slots: [
          {
            startsAt: evening('16:00'),
            askedKw: 2000,
            promisedKw: 2004.1,
            acknowledgedKw: 2280.1,
            observedKw: 2051.7,
          },
        ],
      },
      finished: { ...facts, status: 'FINISHED', states: report.outcomes, report },
    },
  },
};
