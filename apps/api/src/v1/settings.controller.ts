import { Body, Controller, Get, HttpCode, Inject, Patch, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { NotFound } from '@warmshift/domain';
import { FleetSettings, ThermalDevices } from '@warmshift/fleet-sync';
import type { Caller } from '@warmshift/suppliers';
import { ZodResponse } from 'nestjs-zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { patchOf, settingsOf } from './device-settings';
import { SettingsAnswer, SettingsBody, SettingsQuery } from './settings.dto';
import { Examples } from '../openapi/examples';
import { changeSettings, readSettings } from './settings.examples';

@ApiTags('NOX-compatible')
@Controller('v1/devices/settings')
export class SettingsController {
  constructor(
    @Inject(ThermalDevices) private readonly devices: ThermalDevices,
    @Inject(FleetSettings) private readonly settings: FleetSettings,
  ) {}

  @Get()
  @RequireRole('viewer')
  @ApiOperation({
    summary: 'Limits within which a device is steered',
    description: 'Shape of the NOX Energy API v1. The limits are those of our rules, for every vendor.',
  })
  @ZodResponse({ status: 200, type: SettingsAnswer })
  @Examples(readSettings)
  async get(@CurrentCaller() { supplierId, supplierName }: Caller, @Query() query: SettingsQuery) {
    const device = await this.devices.get(supplierId, query.device_id);
    return { data: [settingsOf(device)], meta: { energy_supplier: supplierName } };
  }

  @Patch()
  @RequireRole('operator')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Change the limits within which a device is steered',
    description:
      'Changes our rules for this device, never beyond the hard limits. Settings that only a vendor could change are ' +
      'refused, each with its name.',
  })
  @ApiNoContentResponse({ description: 'Changed.' })
  @Examples(changeSettings)
  async change(@CurrentCaller() caller: Caller, @Body() body: SettingsBody): Promise<void> {
    const { supplierId } = caller;
    // Taken before reading: a change in between is found by its version and refused.
    const version = await this.settings.version(supplierId, 'device', body.device_id);
    const device = await this.devices.get(supplierId, body.device_id);
    if (body.user_id !== undefined && body.user_id !== device.vendorUserId)
      throw new NotFound('device of this user', body.device_id);
    await this.settings.updateDevice(caller, body.device_id, patchOf(body, device), [version]);
  }
}
