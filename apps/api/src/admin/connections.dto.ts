import { connectionStatuses, syncStates, type Connection } from '@warmshift/fleet-sync';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { instantSchema, isoOf } from '../http/wire';

const credentials = z
  .record(z.string(), z.unknown())
  .meta({ description: 'Which fields: see the vendor. Stored encrypted, never shown again.' });
const settings = z.record(z.string(), z.unknown()).meta({ description: 'Which fields: see the vendor.' });
const baseUrl = z
  .string()
  .min(1)
  .max(500)
  .meta({ description: "The vendor's address: https and public, unless the service allows local hosts." });

const name = z.string().trim().min(1, 'must not be empty').max(200);
const requestsPerSecond = z
  .number()
  .min(0.01)
  .max(1_000)
  .meta({ description: "Agreed with the vendor for these credentials; absent: the vendor's own pace." });

export const newConnectionSchema = z.strictObject({
  vendor: z.string().min(1).max(50),
  name,
  baseUrl,
  credentials,
  settings: settings.default({}),
  requestsPerSecond: requestsPerSecond.optional(),
});
export class NewConnectionBody extends createZodDto(newConnectionSchema) {}

export class CredentialsBody extends createZodDto(
  z.strictObject({ credentials, settings: settings.optional(), baseUrl: baseUrl.optional() }),
) {}

export class ConnectionPatchBody extends createZodDto(
  z.strictObject({
    name: name.optional(),
    requestsPerSecond: requestsPerSecond.nullable().optional().meta({
      description: "Agreed with the vendor for these credentials; null: the vendor's own pace again.",
    }),
  }),
) {}

export const connectionSchema = z.object({
  connectionId: z.uuid(),
  vendor: z.string(),
  name: z.string(),
  baseUrl: z.string(),
  settings: z.record(z.string(), z.unknown()),
  requestsPerSecond: requestsPerSecond.optional(),
  status: z.enum(connectionStatuses),
  statusReason: z
    .string()
    .optional()
    .meta({ description: 'What the vendor said when the status is not ACTIVE.' }),
  statusSince: instantSchema,
  heldAt: instantSchema.optional().meta({ description: 'Since when an emergency stop holds it.' }),
  createdAt: instantSchema,
  lastDiscoveredAt: instantSchema.optional(),
  lastReadAt: instantSchema.optional(),
  sync: z
    .object({ requestedAt: instantSchema, state: z.enum(syncStates) })
    .optional()
    .meta({
      description:
        'What became of the last sync that was asked for: DONE when its devices were listed and read after it, FAILED ' +
        'while the vendor cannot be asked (`statusReason`).',
    }),
  lastProblems: z
    .array(
      z.object({
        where: z.string(),
        message: z.string(),
        vendorDeviceId: z.string().optional(),
        sample: z.string().optional(),
      }),
    )
    .meta({ description: 'What could not be used of the last listing.' }),
});
export class ConnectionAnswer extends createZodDto(connectionSchema) {}
export class ConnectionsAnswer extends createZodDto(z.object({ data: z.array(connectionSchema) })) {}
export class SyncAnswer extends createZodDto(
  z.object({
    jobs: z.int().meta({ description: 'Jobs that were written; a worker does them.' }),
    requestedAt: instantSchema,
  }),
) {}

export function toConnectionAnswer(connection: Connection): z.input<typeof connectionSchema> {
  const { supplierId: _supplierId, lastProblems, sync, ...facts } = connection;
  return {
    ...facts,
    statusSince: isoOf(facts.statusSince),
    heldAt: isoOf(facts.heldAt),
    createdAt: isoOf(facts.createdAt),
    lastDiscoveredAt: isoOf(facts.lastDiscoveredAt),
    lastReadAt: isoOf(facts.lastReadAt),
    sync: sync && { ...sync, requestedAt: isoOf(sync.requestedAt) },
    lastProblems: [...lastProblems],
  };
}
