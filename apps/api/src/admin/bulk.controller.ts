import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { InvalidInput } from '@warmshift/domain';
import { FleetSettings } from '@warmshift/fleet-sync';
import type { Caller } from '@warmshift/suppliers';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { csvMediaType } from '../http/http-setup';
import { longestCsvLines, readDeviceCsv } from './bulk-csv';
import { Examples } from '../openapi/examples';
import { bulkUpdate } from './fleet.examples';

class BulkAnswer extends createZodDto(
  z.object({
    devices: z.int().meta({ description: 'Devices of the list; all of them are as it says now.' }),
  }),
) {}

@ApiTags('Fleet')
@Controller('admin/v1/devices/bulk')
export class BulkController {
  constructor(@Inject(FleetSettings) private readonly settings: FleetSettings) {}

  @Post()
  @HttpCode(200)
  @RequireRole('operator')
  @ApiOperation({
    summary: 'Opt-outs, switches and tags of many devices, as CSV',
    description:
      'Columns `device_id` and any of `opted_out`, `enabled` (true, false or empty: as it is) and `tags` (separated by `|`; ' +
      `\`-\` removes all; empty: as they are), at most ${longestCsvLines} lines. All or nothing: every bad line is named ` +
      'and none is applied.',
  })
  @ApiConsumes(csvMediaType)
  @ApiBody({
    schema: {
      type: 'string',
    },
  })
  @ZodResponse({ status: 200, type: BulkAnswer })
  @Examples(bulkUpdate)
  async update(@CurrentCaller() caller: Caller, @Body() body: unknown) {
    if (typeof body !== 'string') throw InvalidInput.because('body', `must be sent as ${csvMediaType}`);
    const lines = readDeviceCsv(body);
    const { unknown } = await this.settings.updateDevices(
      caller,
      lines.map(({ line: _line, ...device }) => device),
    );
    if (unknown.length > 0) {
      const missing = new Set(unknown);
      throw new InvalidInput(
        lines
          .filter(({ deviceId }) => missing.has(deviceId))
          .map(({ line }) => ({ field: `line ${line}, device_id`, reason: 'is no device of the fleet' })),
      );
    }
    return { devices: lines.length };
  }
}
