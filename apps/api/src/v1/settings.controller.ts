import { Body, Controller, Get, HttpCode, Inject, Patch, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { NotFound } from '@warmshift/domain';
import { ThermalDevices } from '@warmshift/fleet-sync';
import type { Caller } from '@warmshift/suppliers';
import { ZodResponse } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { decodeCursor, encodeCursor } from '../http/cursor';
import { pageOf } from '../http/query';
import { Examples } from '../openapi/examples';
import { settingsOf } from './device-settings';
import { changeSettings, readSettings } from './settings.examples';
import { SettingsAnswer, SettingsBody, SettingsQuery } from './settings.dto';
import { SettingsChanges } from './settings-changes.service';

const list = 'v1-settings';
const placeSchema = z.object({ id: z.uuid() });

@ApiTags('NOX-compatible')
@Controller('v1/devices/settings')
export class SettingsController {
  constructor(
    @Inject(ThermalDevices) private readonly devices: ThermalDevices,
    @Inject(SettingsChanges) private readonly changes: SettingsChanges,
  ) {}

  @Get()
  @RequireRole('viewer')
  @ApiOperation({
    summary: 'Limits within which devices are steered',
    description:
      'Shape of the NOX Energy API v1. The limits are those of our rules, for every vendor. Of one device, of the devices of ' +
      'a user, or of all, page by page.',
  })
  @ZodResponse({ status: 200, type: SettingsAnswer })
  @Examples(readSettings)
  async get(@CurrentCaller() { supplierId, supplierName }: Caller, @Query() query: SettingsQuery) {
    const { device_id: deviceId, user_id: userId, next_token: token, limit } = query;
    const isId = deviceId === undefined || z.uuid().safeParse(deviceId).success;
    const afterId = token === undefined ? undefined : decodeCursor(list, placeSchema, token, 'next_token').id;
    const rows = isId
      ? await this.devices.list(supplierId, { deviceId, userId }, { limit: limit + 1, afterId })
      : [];
    if (rows.length === 0 && deviceId !== undefined) throw new NotFound('device', deviceId);
    const { data, nextCursor } = pageOf(rows, limit, (last) => encodeCursor(list, { id: last.deviceId }));
    return { data: data.map(settingsOf), meta: { energy_supplier: supplierName, next_token: nextCursor } };
  }

  @Patch()
  @RequireRole('operator')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Change the limits within which devices are steered',
    description:
      'Changes our rules for one device or for all devices of a user, never beyond the hard limits. Settings that only a ' +
      'vendor could change are refused, each with its name.',
  })
  @ApiNoContentResponse({ description: 'Changed.' })
  @Examples(changeSettings)
  change(@CurrentCaller() caller: Caller, @Body() body: SettingsBody): Promise<void> {
    return this.changes.apply(caller, body);
  }
}
