import type { OperationExamples } from '../openapi/examples';
import { evening, ids } from '../openapi/story';

const ready = {
  code: 'READY',
  reason: 'Device is ready to receive an action.',
  canActivate: true,
  inActive: false,
  since: evening('09:10'),
  assessedAt: evening('15:55'),
};
const tank = {
  zoneId: ids.tank,
  zone: 'DHW',
  status: {
    code: 'ABOVE_ACTIVATION_LIMIT',
    reason: 'The tank holds 49 °C; heating can be started below 45 °C.',
    canActivate: false,
    inActive: false,
    since: evening('14:20'),
    assessedAt: evening('15:55'),
  },
  measuredAt: evening('15:55'),
  temperatureC: 49,
  setpointC: 50,
  heating: false,
  powerKw: 0,
  powerQuality: 'reported',
  maxPowerKw: 3.3,
};
const room = {
  zoneId: ids.room,
  zone: 'room',
  status: ready,
  measuredAt: evening('15:55'),
  temperatureC: 20.8,
  setpointC: 21,
  mode: 'heating',
  heating: true,
  powerKw: 1.42,
  powerQuality: 'reported',
  maxPowerKw: 2.1,
};
const device = {
  deviceId: ids.device,
  connectionId: ids.connection,
  vendor: 'nox',
  vendorDeviceId: 'hp-20417',
  vendorUserId: 'user_4',
  siteId: ids.site,
  siteName: 'Avenue Louise 221, Brussels',
  kind: 'heat_pump',
  name: 'Heat pump in the cellar',
  brand: 'nibe',
  model: 'model_g',
  country: 'BE',
  online: true,
  vendorControl: true,
  ratedPowerKw: 2.1,
  maxCyclesPerDay: 8,
  tags: ['ixelles', 'tariff-b'],
  ruleSettings: { roomFloorC: 18 },
  enabled: true,
  firstSeenAt: '2026-01-02T08:31:00.000Z',
  lastSeenAt: evening('15:30'),
  zones: [tank, room],
};
const detail = {
  ...device,
  cycles: [
    { localDay: '2026-01-15', observedStarts: 4, reservedStarts: 1 },
    { localDay: '2026-01-14', observedStarts: 6, reservedStarts: 0 },
  ],
  legionella: {
    frequencyPerWeeks: 1,
    capacityKwh: 20,
    durationMinutes: 60,
    enrolledAt: '2026-01-02T08:31:00.000Z',
    lastCompletedAt: '2026-01-12T03:10:00.000Z',
  },
};
const site = {
  siteId: ids.site,
  connectionId: ids.connection,
  vendor: 'nox',
  vendorSiteId: 'user_4',
  name: 'Avenue Louise 221, Brussels',
  timeZone: 'Europe/Brussels',
  country: 'BE',
  quietHours: [{ from: '22:00', to: '06:00' }],
  tags: ['ixelles'],
  warnings: [],
  devices: 1,
};

const ofDevice = { id: ids.device };
const ofSite = { id: ids.site };

export const listDevices: OperationExamples = {
  parameters: { vendor: 'nox', code: 'READY', tag: 'ixelles', limit: 100 },
  answers: { 200: { lastPage: { data: [device], nextCursor: null } } },
};
export const oneDevice: OperationExamples = { parameters: ofDevice, answers: { 200: { heatPump: detail } } };
export const updateDevice: OperationExamples = {
  parameters: ofDevice,
  body: {
    optOut: { optedOut: true },
    warmerFloor: { ruleSettings: { roomFloorC: 18, maxActionMs: 3_600_000 }, tags: ['ixelles', 'tariff-b'] },
  },
  answers: { 200: { heatPump: detail, optedOut: { ...detail, optedOutAt: evening('15:58') } } },
};
export const listReadings: OperationExamples = {
  parameters: { ...ofDevice, from: '2026-01-15T15:00:00Z', to: '2026-01-15T16:00:00Z', zone: 'room' },
  answers: {
    200: {
      oneReading: {
        data: [
          {
            zoneId: ids.room,
            zone: 'room',
            measuredAt: evening('15:55'),
            receivedAt: evening('15:56'),
            temperatureC: 20.8,
            setpointC: 21,
            online: true,
            heating: true,
            powerKw: 1.42,
            powerQuality: 'reported',
          },
        ],
        nextCursor: null,
      },
    },
  },
};
export const listStatusHistory: OperationExamples = {
  parameters: ofDevice,
  answers: {
    200: {
      twoChanges: {
        data: [
          { zoneId: ids.room, zone: 'room', at: evening('09:10'), code: 'READY', reason: ready.reason },
          {
            zoneId: ids.room,
            zone: 'room',
            at: evening('07:10'),
            code: 'REST_PERIOD',
            reason: 'The room rests until 10:10 after an action.',
          },
        ],
        nextCursor: null,
      },
    },
  },
};
export const bulkUpdate: OperationExamples = {
  body: {
    optOuts: `device_id,opted_out,tags\n${ids.device},true,ixelles|tariff-b\n${ids.otherDevice},false,\n`,
  },
  answers: { 200: { twoDevices: { devices: 2 } } },
};
export const listSites: OperationExamples = {
  parameters: { tag: 'ixelles' },
  answers: { 200: { lastPage: { data: [site], nextCursor: null } } },
};
export const oneSite: OperationExamples = { parameters: ofSite, answers: { 200: { home: site } } };
export const updateSite: OperationExamples = {
  parameters: ofSite,
  body: { quietNights: { quietHours: [{ from: '22:00', to: '06:00' }], timeZone: 'Europe/Brussels' } },
  answers: { 200: { home: site } },
};
export const fleetSummary: OperationExamples = {
  answers: {
    200: {
      brussels: {
        devices: 4210,
        zones: 6890,
        readyZones: 3920,
        inActionZones: 0,
        powerKw: 4730.5,
        expectedPowerKw: 4912,
        byVendor: [
          { vendor: 'nox', devices: 2680 },
          { vendor: 'heatingcontrol', devices: 1530 },
        ],
        byKind: [
          { kind: 'heat_pump', devices: 2680 },
          { kind: 'heater', devices: 1530 },
        ],
        byCode: [
          { code: 'READY', zones: 3920, powerKw: 4102.3 },
          { code: 'ABOVE_ACTIVATION_LIMIT', zones: 2210, powerKw: 0 },
        ],
      },
    },
  },
};
