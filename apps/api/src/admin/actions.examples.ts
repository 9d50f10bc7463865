import type { OperationExamples } from '../openapi/examples';
import { evening, ids, window } from '../openapi/story';

const readBack = { at: evening('16:01'), from: 'SENT', to: 'ACTIVE', event: 'confirmed' };
const action = {
  actionId: ids.action,
  purpose: 'campaign',
  campaignId: ids.campaign,
  campaignName: 'Evening peak',
  occurrenceId: ids.occurrence,
  connectionId: ids.connection,
  vendor: 'nox',
  deviceId: ids.device,
  deviceName: 'Heat pump in the cellar',
  zoneId: ids.room,
  zone: 'room',
  direction: 'decrease',
  ...window,
  state: 'ACTIVE',
  overdue: false,
  expectedYieldKw: 1.23,
  baselineKw: 1.42,
  cyclesReserved: 1,
  sentAt: evening('16:00'),
  activeAt: evening('16:01'),
  attempts: 1,
  dueAt: evening('18:00'),
  lastEvent: readBack,
};

const page = { data: [action], nextCursor: null };

export const listActions: OperationExamples = {
  parameters: { state: 'ACTIVE,RESTORING', vendor: 'nox' },
  answers: { 200: { lastPage: page } },
};
export const oneAction: OperationExamples = {
  parameters: { id: ids.action },
  answers: {
    200: {
      active: {
        ...action,
        snapshot: { levels: 'none' },
        command: { room: 'off', slots: 8 },
        history: [
          { at: evening('16:00'), from: 'PLANNED', to: 'DISPATCHING', event: 'dispatch_started' },
          {
            at: evening('16:00'),
            from: 'DISPATCHING',
            to: 'SENT',
            event: 'command_sent',
            words: 'Schedule submitted successfully',
          },
          readBack,
        ],
      },
    },
  },
};
export const actionsOfDevice: OperationExamples = {
  parameters: { id: ids.device },
  answers: { 200: { lastPage: page } },
};
export const actionsOfOccurrence: OperationExamples = {
  parameters: { id: ids.occurrence, overdue: false },
  answers: { 200: { lastPage: page } },
};
export const stopEverything: OperationExamples = {
  body: {
    supplier: { scope: { kind: 'supplier' }, reason: 'Grid operator called.' },
    connection: { scope: { kind: 'connection', id: ids.connection }, reason: 'NOX reports a bad release.' },
  },
  answers: {
    200: { nothingOnDevices: { held: true, restoring: 0, cancelled: 62 } },
    202: { givingBack: { held: true, restoring: 1812, cancelled: 62 } },
  },
};
export const liftStop: OperationExamples = {
  body: { supplier: { scope: { kind: 'supplier' } } },
  answers: { 200: { lifted: { held: false, restoring: 0, cancelled: 0 } } },
};
