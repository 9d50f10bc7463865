import { Body, Controller, Inject, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { EmergencyStopService } from '@warmshift/action-queue';
import { holdingStates } from '@warmshift/domain';
import type { Caller } from '@warmshift/suppliers';
import type { Response } from 'express';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { Located, setLocation } from '../http/location';
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
    description:
      'The stop holds when the answer comes: nothing new goes out. 202 while there is something to give back; `location` ' +
      'lists what is not given back yet, until it lists nothing.',
  })
  @ZodResponse({ status: 200, type: HoldAnswer, description: 'Nothing of ours is on a device.' })
  @ApiAcceptedResponse({ type: HoldAnswer.Output, description: 'What is on a device is being given back.' })
  @Located({ 202: 'The actions that are not given back yet.' })
  @Examples(stopEverything)
  async stop(
    @CurrentCaller() { supplierId, actor }: Caller,
    @Body() { scope, reason }: StopBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    const result = await this.emergency.stop(supplierId, scope, reason, actor);
    if (result.restoring > 0) {
      response.status(202);
      setLocation(response, notGivenBack(scope));
    }
    return result;
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

function notGivenBack(scope: z.infer<typeof scopeSchema>): string {
  const of = scope.kind === 'supplier' ? '' : `&${scope.kind}=${scope.id}`;
  return `/admin/v1/actions?state=${holdingStates.join(',')}${of}`;
}
