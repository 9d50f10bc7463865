import type { OperationExamples } from '../openapi/examples';
import { evening, ids } from '../openapi/story';

const nox = {
  connectionId: ids.connection,
  vendor: 'nox',
  name: 'NOX heat pumps',
  baseUrl: 'https://api.nox.energy',
  settings: {},
  requestsPerSecond: 20,
  status: 'ACTIVE',
  statusSince: '2026-01-02T08:30:00.000Z',
  createdAt: '2026-01-02T08:30:00.000Z',
  lastDiscoveredAt: evening('15:30'),
  lastReadAt: evening('15:55'),
  lastProblems: [],
};
const refused = {
  ...nox,
  status: 'NEEDS_REAUTHENTICATION',
  statusReason: 'The vendor no longer accepts the credentials. The vendor said: Invalid API key',
  statusSince: evening('15:40'),
};
const { lastDiscoveredAt: _discovered, lastReadAt: _read, ...fresh } = nox;

const id = { id: ids.connection };

export const createConnection: OperationExamples = {
  body: {
    nox: {
      vendor: 'nox',
      name: 'NOX heat pumps',
      baseUrl: 'https://api.nox.energy',
      credentials: { apiKey: 'the key of the supplier' },
      requestsPerSecond: 20,
    },
    heatingcontrol: {
      vendor: 'heatingcontrol',
      name: 'Heaters of Ixelles',
      baseUrl: 'https://api.heatingcontrol.example',
      credentials: { clientId: 'brussels-energy', clientSecret: 'as HeatingControl gave it' },
    },
  },
  answers: { 201: { accepted: fresh, refused } },
};
export const listConnections: OperationExamples = { answers: { 200: { one: { data: [nox] } } } };
export const oneConnection: OperationExamples = {
  parameters: id,
  answers: {
    200: {
      active: nox,
      syncing: { ...nox, sync: { requestedAt: evening('15:58'), state: 'PENDING' } },
      refused,
    },
  },
};
export const updateConnection: OperationExamples = {
  parameters: id,
  body: { pace: { requestsPerSecond: 20 }, vendorsOwnPace: { name: 'NOX', requestsPerSecond: null } },
  answers: { 200: { pace: nox } },
};
export const reauthenticateConnection: OperationExamples = {
  parameters: id,
  body: { newKey: { credentials: { apiKey: 'the new key of the supplier' } } },
  answers: { 200: { accepted: nox, refused } },
};
export const removeConnection: OperationExamples = { parameters: id };
export const syncConnection: OperationExamples = {
  parameters: id,
  answers: { 202: { both: { jobs: 2, requestedAt: evening('15:58') } } },
};
