import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { FleetSummaries } from '@warmshift/fleet-sync';
import type { Caller } from '@warmshift/suppliers';
import { ZodResponse } from 'nestjs-zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { FleetSummaryAnswer, toSummary } from './fleet.dto';
import { Examples } from '../openapi/examples';
import { fleetSummary } from './fleet.examples';

@ApiTags('Fleet')
@Controller('admin/v1/fleet')
export class FleetController {
  constructor(@Inject(FleetSummaries) private readonly summaries: FleetSummaries) {}

  @Get('summary')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'The fleet in numbers' })
  @ZodResponse({ status: 200, type: FleetSummaryAnswer })
  @Examples(fleetSummary)
  async summary(@CurrentCaller() { supplierId }: Caller) {
    return toSummary(await this.summaries.of(supplierId));
  }
}
