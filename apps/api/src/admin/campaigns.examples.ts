import type { OperationExamples } from '../openapi/examples';
import { evening, ids, window } from '../openapi/story';

const order = {
  name: 'Evening peak',
  direction: 'decrease',
  targetKw: 2000,
  startsAt: '2026-01-15T17:00:00+01:00',
  endsAt: '2026-01-15T19:00:00+01:00',
  selection: { countries: ['BE'], tags: ['ixelles', 'uccle'] },
  holdOutShare: 0.05,
  staggerMinutes: 2,
};
const weekdayOrder = {
  name: 'Weekday evenings',
  direction: 'decrease',
  recurrence: {
    timeZone: 'Europe/Brussels',
    weekdays: [1, 2, 3, 4, 5],
    startsAt: '17:00',
    durationMinutes: 120,
    from: '2026-01-19',
    until: '2026-02-27',
    except: ['2026-02-16'],
  },
  limits: { maxMinutesPerZone: 60, maxSetpointOffsetK: 1.5 },
};
const campaign = {
  campaignId: ids.campaign,
  name: 'Evening peak',
  direction: 'decrease',
  targetKw: 2000,
  selection: order.selection,
  shareOfFleet: 1,
  limits: {},
  priority: 0,
  confidence: 'P90',
  rampMinutes: 0,
  ...window,
  holdOutShare: 0.05,
  staggerMinutes: 2,
  seed: 421_337,
  status: 'ACTIVE',
  createdBy: 'key/4f2a91',
  createdAt: evening('14:05'),
  occurrences: [{ occurrenceId: ids.occurrence, ...window, status: 'SCHEDULED' }],
};
const slots = [
  { startsAt: evening('16:00'), targetKw: 2000, expectedKw: 2310.4, promisedKw: 2004.1, shortfallKw: 0 },
  { startsAt: evening('16:15'), targetKw: 2000, expectedKw: 2296.8, promisedKw: 1991.2, shortfallKw: 8.8 },
];
const plan = {
  slots,
  chosen: 1874,
  reboundKwh: 1240.5,
  afterSlots: [{ startsAt: evening('18:00'), reboundKw: 690.2 }],
  cost: 812.4,
  leftOutByCode: [
    { code: 'HOLD_OUT', zones: 196 },
    { code: 'NOT_NEEDED', zones: 143 },
  ],
};
const room = {
  zoneId: ids.room,
  zone: 'room',
  deviceId: ids.device,
  deviceName: 'Heat pump in the cellar',
  vendor: 'nox',
};
const tank = { ...room, zoneId: ids.tank, zone: 'DHW' };
const leftOut = [
  {
    ...tank,
    code: 'LEGIONELLA_DUE',
    reason: 'A disinfection is due by 19 January and none is planned.',
    nextEligibleAt: '2026-01-16T03:00:00.000Z',
  },
];

const ofCampaign = { id: ids.campaign };

export const createCampaign: OperationExamples = {
  body: { eveningPeak: order, weekdayEvenings: weekdayOrder },
  answers: { 201: { eveningPeak: campaign } },
};
export const previewCampaign: OperationExamples = {
  body: { eveningPeak: order },
  answers: {
    200: {
      eveningPeak: {
        ...plan,
        preempted: 0,
        quotaUse: [
          {
            connectionId: ids.connection,
            vendor: 'nox',
            actions: 1874,
            requests: 5622,
            requestsToday: 20_400,
          },
        ],
        actions: [{ ...room, ...window, expectedYieldKw: 1.23, cycleCost: 1 }],
        leftOut,
      },
    },
  },
};
export const listCampaigns: OperationExamples = {
  answers: { 200: { lastPage: { data: [campaign], nextCursor: null } } },
};
export const oneCampaign: OperationExamples = {
  parameters: ofCampaign,
  answers: { 200: { eveningPeak: campaign } },
};
const cancelled = { ...campaign, status: 'CANCELLED' };
const ended = { occurrenceId: ids.occurrence, ...window, status: 'CANCELLED' };

export const cancelCampaign: OperationExamples = {
  parameters: ofCampaign,
  answers: {
    200: { beforeItsWindow: { ...cancelled, occurrences: [ended] } },
    202: { insideItsWindow: { ...cancelled, occurrences: [{ ...ended, status: 'RUNNING' }] } },
  },
};

const ofOccurrence = { id: ids.occurrence };

export const oneOccurrence: OperationExamples = {
  parameters: ofOccurrence,
  answers: {
    200: {
      running: {
        occurrenceId: ids.occurrence,
        ...window,
        status: 'RUNNING',
        campaignId: ids.campaign,
        campaignName: 'Evening peak',
        direction: 'decrease',
        targetKw: 2000,
        priority: 0,
        replans: [
          {
            at: evening('16:16'),
            reason: 'SHORT',
            slotStartsAt: evening('16:00'),
            askedKw: 2000,
            deliveredKw: 1841.3,
            added: 96,
            ended: 0,
          },
        ],
        plannedAt: evening('15:30'),
      },
    },
  },
};
export const occurrencePlan: OperationExamples = {
  parameters: { ...ofOccurrence, limit: 500 },
  answers: {
    200: {
      eveningPeak: {
        ...plan,
        occurrenceId: ids.occurrence,
        plannedAt: evening('15:30'),
        leftOut,
        nextCursor: null,
      },
    },
  },
};
