import { statusCodes } from '@warmshift/domain';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { queryBoolean, queryInteger, queryText } from '../http/query';
import { nextToken, orNothing } from './nox-query';

const filterFlag = (field: string) =>
  orNothing(queryBoolean()).meta({
    type: 'boolean',
    default: false,
    description: `If true, only devices with ${field}. If false or not given, no filter.`,
  });

export const devicesQuerySchema = z.object({
  limit: queryInteger(1, 4000).default(1000).meta({ description: 'Devices per page, at most 4000.' }),
  steerable_status: orNothing(queryBoolean()).meta({
    type: 'boolean',
    default: false,
    description: "If true, only each device's id and current steerable status. No filter.",
  }),
  steering_enabled: filterFlag('steering_enabled = true'),
  steerable: filterFlag('steerable = true'),
  next_token: nextToken,
  device_id: orNothing(queryText()).meta({ type: 'string', description: 'Only this device.' }),
  user_id: orNothing(queryText()).meta({
    type: 'string',
    description: 'Only devices of this user of the vendor.',
  }),
  needs_reauthentication: filterFlag('needs_reauthentication = true'),
  learning_period_ended: orNothing(queryBoolean()).meta({
    type: 'boolean',
    description:
      'true: only devices whose learning period has ended; false: only those still learning; not given: no filter. ' +
      'A device of a vendor without a learning period counts as ended.',
  }),
});

export class DevicesQuery extends createZodDto(devicesQuerySchema) {}

const zoneStatusSchema = z.object({
  can_activate_action: z.boolean(),
  in_active_action: z.boolean(),
  reason: z.string(),
  reason_code: z.enum(statusCodes).meta({ description: 'Why, for machines. Not part of the NOX document.' }),
});

const steerableStatusSchema = z.object({
  steering_enabled: z.boolean().meta({ description: 'Customer and supplier want it to be steered.' }),
  steerable: z.boolean().meta({ description: 'It can technically be steered now.' }),
  reason: z.string().optional().meta({ description: 'Only for a device without zones.' }),
  reason_code: z.enum(statusCodes).optional(),
  DHW: zoneStatusSchema.optional().meta({ description: 'Domestic hot water. Left out where there is none.' }),
  room: zoneStatusSchema.optional().meta({ description: 'Room heating. Left out where there is none.' }),
});

export const steerableDeviceSchema = z.object({
  model: z.string().optional(),
  brand: z.string().optional(),
  country: z.string().optional(),
  device_id: z.uuid(),
  user_id: z
    .string()
    .nullable()
    .optional()
    .meta({ description: "The vendor's user id, where the vendor has one." }),
  device_type: z.string().optional(),
  legionella_config: z
    .object({
      frequency_per_weeks: z.number(),
      capacity: z.number().optional(),
      duration_minutes: z.number().optional(),
    })
    .optional(),
  cycle_config: z.object({ max_cycles_per_day: z.int() }).optional(),
  steerable_status: steerableStatusSchema,
  needs_reauthentication: z.boolean().optional(),
});

export const devicesAnswerSchema = z.object({
  data: z.array(steerableDeviceSchema),
  meta: z.object({
    energy_supplier: z.string(),
    capacity_unit: z.literal('kWh'),
    next_token: z.string().nullable(),
  }),
});

export class DevicesAnswer extends createZodDto(devicesAnswerSchema) {}
