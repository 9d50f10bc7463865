import type { OperationExamples } from '../openapi/examples';
import { evening, ids, supplierName } from '../openapi/story';

const dashboard = {
  apiKeyId: ids.key,
  name: 'Dashboard',
  role: 'viewer',
  prefix: '4f2a91c07d3e',
  createdAt: '2026-01-02T08:00:00.000Z',
};
const used = { ...dashboard, lastUsedAt: evening('15:58') };
const secret = 'shown here, once';
const supplier = {
  supplierId: ids.supplier,
  name: supplierName,
  ruleSettings: { roomFloorC: 18, maxActionsPerDay: 2 },
  createdAt: '2026-01-02T07:55:00.000Z',
  role: 'admin',
};

export const createKey: OperationExamples = {
  body: { dashboard: { name: 'Dashboard', role: 'viewer', expiresAt: '2027-01-01T00:00:00Z' } },
  answers: { 201: { dashboard: { ...dashboard, expiresAt: '2027-01-01T00:00:00.000Z', key: secret } } },
};
export const rotateKey: OperationExamples = {
  parameters: { id: ids.key },
  body: { overAWeekend: { overlapHours: 72 } },
  answers: {
    201: {
      overAWeekend: {
        ...dashboard,
        apiKeyId: ids.nextKey,
        prefix: 'b81e5530aa94',
        createdAt: evening('16:00'),
        key: secret,
        replaced: { ...used, expiresAt: '2026-01-18T16:00:00.000Z' },
      },
    },
  },
};
export const listKeys: OperationExamples = { answers: { 200: { one: { data: [used] } } } };
export const revokeKey: OperationExamples = { parameters: { id: ids.key } };
export const listAudit: OperationExamples = {
  parameters: { subject: `device/${ids.device}` },
  answers: {
    200: {
      optOut: {
        data: [
          {
            at: evening('15:58'),
            actor: `key/${dashboard.prefix}`,
            action: 'device.update',
            subject: `device/${ids.device}`,
            detail: { optedOut: true },
          },
        ],
        nextCursor: null,
      },
    },
  },
};
export const ownSupplier: OperationExamples = { answers: { 200: { brussels: supplier } } };
export const updateSupplier: OperationExamples = {
  body: { warmerHomes: { ruleSettings: supplier.ruleSettings } },
  answers: { 200: { brussels: supplier } },
};
