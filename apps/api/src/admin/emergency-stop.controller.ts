import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { EmergencyStopService } from '@warmshift/action-queue';
import type { Caller } from '@warmshift/suppliers';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { Examples } from '../openapi/examples';
import { liftStop, stopEverything } from './actions.examples';

const scopeSchema = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('supplier') }),
      z.strictObject({ kind: z.literal('connection'), id: z.uuid('is not an id') }),
      z.strictObject({ kind: z.literal('device'), id: z.uuid('is not an id') }),
    ],
    { error: 'must be supplier, connection or device' },
  )
  .meta({ description: 'What to stop.' });

class StopBody extends createZodDto(
  z.strictObject({
    scope: scopeSchema,
    reason: z.string().trim().min(1, 'say why, it goes into the audit').max(1000),
  }),
) {}

class LiftBody extends createZodDto(z.strictObject({ scope: scopeSchema })) {}

class HoldAnswer extends createZodDto(
  z.object({
    held: z.boolean(),
    restoring: z.int().meta({ description: 'Actions that were on a device and are being given back now.' }),
    cancelled: z.int().meta({ description: 'Actions that had not gone out and never will.' }),
  }),
) {}

@ApiTags('Actions')
@Controller('admin/v1/emergency-stop')
export class EmergencyStopController {
  constructor(@Inject(EmergencyStopService) private readonly emergency: EmergencyStopService) {}

  @Post()
  @RequireRole('operator')
  @ApiOperation({
    summary: 'Stop everything',
    description: 'Nothing new goes out, everything active is given back now.',
  })
  @ZodResponse({ status: 200, type: HoldAnswer })
  @Examples(stopEverything)
  stop(@CurrentCaller() { supplierId, actor }: Caller, @Body() { scope, reason }: StopBody) {
    return this.emergency.stop(supplierId, scope, reason, actor);
  }

  @Post('lift')
  @RequireRole('operator')
  @ApiOperation({
    summary: 'Lift a stop',
    description: 'Nothing starts by itself: what was ended stays ended.',
  })
  @ZodResponse({ status: 200, type: HoldAnswer })
  @Examples(liftStop)
  lift(@CurrentCaller() { supplierId, actor }: Caller, @Body() { scope }: LiftBody) {
    return this.emergency.lift(supplierId, scope, actor);
  }
}
