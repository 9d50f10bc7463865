import { Controller, Get, Headers, Inject, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { evidenceCsv } from '@warmshift/domain';
import { LegionellaService } from '@warmshift/steerable-status';
import type { Caller } from '@warmshift/suppliers';
import { ZodResponse, ZodSerializerDto } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { decodeCursor, encodeCursor, placeInstant } from '../http/cursor';
import { pageOf } from '../http/query';
import { IdParams } from '../http/wire';
import {
  LegionellaAnswer,
  LegionellaQuery,
  OverdueTanksPage,
  OverdueTanksQuery,
  toLegionella,
  toOverdueTank,
} from './legionella.dto';
import { Examples } from '../openapi/examples';
import { legionellaReport, overdueTanks } from './legionella.examples';

const list = 'legionella-overdue';
const placeSchema = z.object({ dueAt: placeInstant, zoneId: z.uuid() });

@ApiTags('Fleet')
@Controller('admin/v1')
export class LegionellaController {
  constructor(@Inject(LegionellaService) private readonly legionella: LegionellaService) {}

  @Get('devices/:id/legionella')
  @RequireRole('viewer')
  @ApiProduces('application/json', 'text/csv')
  @ApiOperation({ summary: "Disinfection of a device's tank: state, rule and the evidence of the last year" })
  @ApiOkResponse({ type: LegionellaAnswer.Output })
  @ZodSerializerDto(LegionellaAnswer)
  @Examples(legionellaReport)
  async report(
    @CurrentCaller() { supplierId }: Caller,
    @Param() { id }: IdParams,
    @Query() { format }: LegionellaQuery,
    @Headers('accept') accept: string | undefined,
  ) {
    const report = await this.legionella.report(supplierId, id);
    const wantsCsv =
      format === undefined ? accept !== undefined && /^text\/csv\b/i.test(accept) : format === 'csv';
    if (!wantsCsv) return toLegionella(report);
    return new StreamableFile(Buffer.from(evidenceCsv(id, report.evidence)), {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="legionella-${id}.csv"`,
    });
  }

  @Get('legionella/overdue')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Tanks for which nothing shows that runs happen, longest overdue first' })
  @ZodResponse({ status: 200, type: OverdueTanksPage })
  @Examples(overdueTanks)
  async overdue(@CurrentCaller() { supplierId }: Caller, @Query() { limit, cursor }: OverdueTanksQuery) {
    const after = cursor === undefined ? undefined : decodeCursor(list, placeSchema, cursor);
    const tanks = await this.legionella.overdue(supplierId);
    const rest = after === undefined ? tanks : tanks.filter((tank) => isBehind(tank, after));
    const page = pageOf(rest.slice(0, limit + 1), limit, ({ dueAt, zoneId }) =>
      encodeCursor(list, { dueAt, zoneId }),
    );
    return { ...page, data: page.data.map(toOverdueTank) };
  }
}

type Place = z.infer<typeof placeSchema>;

function isBehind(tank: Place, place: Place): boolean {
  return tank.dueAt > place.dueAt || (tank.dueAt === place.dueAt && tank.zoneId > place.zoneId);
}
