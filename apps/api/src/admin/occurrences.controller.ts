import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CampaignsService } from '@warmshift/campaigns';
import { Conflict } from '@warmshift/domain';
import { ZoneLabels } from '@warmshift/fleet-sync';
import type { Caller } from '@warmshift/suppliers';
import { ZodResponse } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { decodeCursor, encodeCursor } from '../http/cursor';
import { IdParams, isoOf, kwhOf } from '../http/wire';
import {
  countByCode,
  OccurrenceAnswer,
  PlanAnswer,
  PlanQuery,
  toLeftOut,
  toOccurrence,
  toPlanSlot,
} from './campaigns.dto';
import { ReportAnswer, toReport } from './report.dto';

const leftOutList = 'left-out';
const placeSchema = z.object({ from: z.int().nonnegative() });

@ApiTags('Campaigns')
@Controller('admin/v1/occurrences')
export class OccurrencesController {
  constructor(
    @Inject(CampaignsService) private readonly campaigns: CampaignsService,
    @Inject(ZoneLabels) private readonly labels: ZoneLabels,
  ) {}

  @Get(':id')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'One run of a campaign' })
  @ZodResponse({ status: 200, type: OccurrenceAnswer })
  async get(@CurrentCaller() { supplierId }: Caller, @Param() { id }: IdParams) {
    return toOccurrence(await this.campaigns.occurrence(supplierId, id));
  }

  @Get(':id/plan')
  @RequireRole('viewer')
  @ApiOperation({
    summary: 'The plan of an occurrence: kW per slot, and who was left out and why',
    description:
      'The chosen zones are its actions. `limit` and `cursor` page through the zones that were left out.',
  })
  @ZodResponse({ status: 200, type: PlanAnswer })
  async plan(@CurrentCaller() { supplierId }: Caller, @Param() { id }: IdParams, @Query() query: PlanQuery) {
    const { plan, plannedAt } = await this.campaigns.occurrence(supplierId, id);
    if (plan === undefined || plannedAt === undefined)
      throw new Conflict('The occurrence is not planned yet.');
    const from = query.cursor === undefined ? 0 : decodeCursor(leftOutList, placeSchema, query.cursor).from;
    const to = from + query.limit;
    const leftOut = plan.leftOut.slice(from, to);
    const labels = await this.labels.of(
      supplierId,
      leftOut.map(({ zoneId }) => zoneId),
    );
    return {
      occurrenceId: id,
      plannedAt: isoOf(plannedAt),
      slots: plan.slots.map(toPlanSlot),
      chosen: plan.chosen,
      reboundKwh: kwhOf(plan.reboundWh),
      leftOutByCode: countByCode(plan.leftOut),
      leftOut: leftOut.map((entry) => toLeftOut(entry, labels)),
      nextCursor: to < plan.leftOut.length ? encodeCursor(leftOutList, { from: to }) : null,
    };
  }

  @Get(':id/report')
  @RequireRole('viewer')
  @ApiOperation({
    summary: 'What became of an occurrence: asked, promised, commanded, acknowledged and observed',
  })
  @ZodResponse({ status: 200, type: ReportAnswer })
  async report(@CurrentCaller() { supplierId }: Caller, @Param() { id }: IdParams) {
    const { report, finishedAt } = await this.campaigns.occurrence(supplierId, id);
    if (report === undefined || report === null || finishedAt === undefined) {
      throw new Conflict('The occurrence has not ended yet: there is no report.');
    }
    return toReport({ occurrenceId: id, finishedAt }, report);
  }
}
