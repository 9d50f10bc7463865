import { Readable } from 'node:stream';
import { Controller, Get, Headers, Inject, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { CampaignsService, ReportService } from '@warmshift/campaigns';
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
  toAfterSlots,
  toLeftOut,
  toOccurrence,
  toPlanSlot,
} from './campaigns.dto';
import { ActionsCsv } from './actions-csv.service';
import { slotLines } from './report-csv';
import { ReportAnswer, ReportQuery, toReport } from './report.dto';
import { Examples } from '../openapi/examples';
import { occurrencePlan, oneOccurrence } from './campaigns.examples';
import { occurrenceReport } from './report.examples';

const leftOutList = 'left-out';
const placeSchema = z.object({ from: z.int().nonnegative() });

@ApiTags('Campaigns')
@Controller('admin/v1/occurrences')
export class OccurrencesController {
  constructor(
    @Inject(CampaignsService) private readonly campaigns: CampaignsService,
    @Inject(ReportService) private readonly reports: ReportService,
    @Inject(ActionsCsv) private readonly csv: ActionsCsv,
    @Inject(ZoneLabels) private readonly labels: ZoneLabels,
  ) {}

  @Get(':id')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'One run of a campaign' })
  @ZodResponse({ status: 200, type: OccurrenceAnswer })
  @Examples(oneOccurrence)
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
  @Examples(occurrencePlan)
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
      afterSlots: toAfterSlots(plan.afterSlots),
      cost: plan.cost,
      leftOutByCode: countByCode(plan.leftOut),
      leftOut: leftOut.map((entry) => toLeftOut(entry, labels)),
      nextCursor: to < plan.leftOut.length ? encodeCursor(leftOutList, { from: to }) : null,
    };
  }

  @Get(':id/report')
  @RequireRole('viewer')
  @ApiOperation({
    summary: 'What became of an occurrence: asked, promised, commanded, acknowledged and observed',
    description:
      'JSON, or CSV by `format=csv` or an Accept header of text/csv; `of=actions` has a line for every action.',
  })
  @ApiProduces('application/json', 'text/csv')
  @ZodResponse({ status: 200, type: ReportAnswer })
  @Examples(occurrenceReport)
  async report(
    @CurrentCaller() { supplierId }: Caller,
    @Param() { id }: IdParams,
    @Query() query: ReportQuery,
    @Headers('accept') accept: string | undefined,
  ) {
    const occurrence = await this.campaigns.occurrence(supplierId, id);
    const { finishedAt, report: stored } = occurrence;
    if (stored === undefined || stored === null || finishedAt === undefined) {
      throw new Conflict('The occurrence has not ended yet: there is no report.');
    }
    const wantsCsv = query.format === 'csv' || (query.format === undefined && prefersCsv(accept));
    // Nest streams it past the serializer, which checks JSON only.
    if (wantsCsv && query.of === 'actions') return csvFile(this.csv.actions(supplierId, id), id) as never;
    const report = toReport({ occurrenceId: id, finishedAt }, stored, await this.reports.rebound(occurrence));
    return wantsCsv ? (csvFile([slotLines(report)], id) as never) : report;
  }
}

/** A client that asks for JSON too, or for anything, gets JSON. */
function prefersCsv(accept = ''): boolean {
  return /\btext\/csv\b/i.test(accept) && !/\bapplication\/json\b/i.test(accept);
}

function csvFile(lines: Iterable<string> | AsyncIterable<string>, occurrenceId: string): StreamableFile {
  return new StreamableFile(Readable.from(lines, { objectMode: false }), {
    type: 'text/csv; charset=utf-8; header=present',
    disposition: `attachment; filename="report-${occurrenceId}.csv"`,
  });
}
