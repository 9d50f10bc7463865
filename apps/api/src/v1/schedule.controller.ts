import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CampaignsService } from '@warmshift/campaigns';
import { CLOCK, type Clock } from '@warmshift/config';
import { InvalidInput, type FieldProblem } from '@warmshift/domain';
import { ThermalDevices } from '@warmshift/fleet-sync';
import type { Caller } from '@warmshift/suppliers';
import { ZodResponse } from 'nestjs-zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { instantOf } from '../http/wire';
import { ScheduleAnswer, ScheduleBody } from './schedule.dto';
import { scheduleOrders, scheduleStart, type StretchOrder } from './schedule-orders';
import { Examples } from '../openapi/examples';
import { submitSchedule } from './thermal-control.examples';

@ApiTags('NOX-compatible')
@Controller('v1/device/thermal-control')
export class ScheduleController {
  constructor(
    @Inject(ThermalDevices) private readonly devices: ThermalDevices,
    @Inject(CampaignsService) private readonly campaigns: CampaignsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('schedule')
  @RequireRole('operator')
  @ApiOperation({
    summary: 'Steer one device for 24 hours, slot by slot',
    description:
      'Every stretch of equal slots becomes a campaign of ours with this one device, under all rules, and is given back ' +
      'at its end. Refused as a whole when the rules leave nothing of a stretch. A schedule does not replace an earlier ' +
      'one: cancel the campaigns of that. The body is ours, because NOX has not published its own.',
  })
  @ZodResponse({ status: 200, type: ScheduleAnswer })
  @Examples(submitSchedule)
  async submit(@CurrentCaller() caller: Caller, @Body() body: ScheduleBody) {
    const { supplierId, actor, supplierName } = caller;
    const device = await this.devices.get(supplierId, body.device_id);
    const startsAt = scheduleStart(instantOf(body.start_time), this.clock.now());
    const orders = scheduleOrders(body, device, startsAt);
    await this.refuseImpossible(supplierId, orders);
    const campaignIds: string[] = [];
    for (const { order } of orders) {
      campaignIds.push((await this.campaigns.create(supplierId, order, actor)).campaignId);
    }
    return {
      status: 'success' as const,
      message: 'Schedule submitted successfully',
      meta: {
        energy_supplier: supplierName,
        schedule_granularity: '15min' as const,
        timezone: 'UTC' as const,
        starts_at: new Date(startsAt).toISOString(),
        campaign_ids: campaignIds,
      },
    };
  }

  /** Asked of all before any is ordered: a schedule is taken whole or not at all. */
  private async refuseImpossible(supplierId: string, orders: readonly StretchOrder[]): Promise<void> {
    const problems: FieldProblem[] = [];
    for (const { field, order } of orders) {
      problems.push(...(await this.problemsOf(supplierId, field, order)));
    }
    if (problems.length > 0) throw new InvalidInput(problems);
  }

  private async problemsOf(
    supplierId: string,
    field: string,
    order: StretchOrder['order'],
  ): Promise<FieldProblem[]> {
    try {
      const { actions, leftOut } = await this.campaigns.preview(supplierId, order);
      if (actions.length > 0) return [];
      const why = leftOut[0];
      return [
        { field, reason: why ? `${why.code}: ${why.reason}` : 'the rules leave nothing of these slots' },
      ];
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      // The fields of an order are not the caller's: a start that cannot be is that of the schedule.
      return error.problems.map((problem) => ({
        field: problem.field === 'startsAt' ? 'start_time' : field,
        reason: problem.reason,
      }));
    }
  }
}
