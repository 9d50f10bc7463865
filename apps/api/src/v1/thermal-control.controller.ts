import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CLOCK, type Clock } from '@warmshift/config';
import { ThermalDevices } from '@warmshift/fleet-sync';
import type { Caller } from '@warmshift/suppliers';
import { ZodResponse } from 'nestjs-zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { instantOf } from '../http/wire';
import { CurrentStateAnswer, CurrentStateQuery, ForecastAnswer, ForecastQuery } from './thermal-control.dto';
import { currentState, forecasts, forecastSpan } from './thermal-model';
import { Examples } from '../openapi/examples';
import { readForecast, readState } from './thermal-control.examples';

/** NOX's thermal control over the devices of every vendor, from what they report to us. */
@ApiTags('NOX-compatible')
@Controller('v1/device/thermal-control')
export class ThermalControlController {
  constructor(
    @Inject(ThermalDevices) private readonly devices: ThermalDevices,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('current-state')
  @RequireRole('viewer')
  @ApiOperation({
    summary: 'What the tank and the house of a device hold now',
    description: 'Shape of the NOX Energy API v1. What a vendor does not state is left out.',
  })
  @ZodResponse({ status: 200, type: CurrentStateAnswer })
  @Examples(readState)
  async currentState(@CurrentCaller() caller: Caller, @Query() query: CurrentStateQuery) {
    const device = await this.devices.get(caller.supplierId, query.device_id);
    return { data: currentState(device, query.unit), meta: metaOf(caller) };
  }

  @Get('forecast')
  @RequireRole('viewer')
  @ApiOperation({
    summary: 'Bounds, rates and expected draw per quarter of an hour',
    description:
      'Shape of the NOX Energy API v1. From the readings of the last hour and what the vendor expects; ' +
      'bounds are those of the comfort rules. What is not known is left out.',
  })
  @ZodResponse({ status: 200, type: ForecastAnswer })
  @Examples(readForecast)
  async forecast(@CurrentCaller() caller: Caller, @Query() query: ForecastQuery) {
    const now = this.clock.now();
    const span = forecastSpan(instantOf(query.start_time) ?? now, instantOf(query.end_time));
    const device = await this.devices.get(caller.supplierId, query.device_id);
    const zoneIds = device.zones.map(({ zoneId }) => zoneId);
    const powers = await this.devices.recentPowers(caller.supplierId, zoneIds, now);
    return {
      data: { device_id: device.deviceId, forecasts: forecasts(device, powers, { span, unit: query.unit }) },
      meta: {
        ...metaOf(caller),
        forecast_generation_date: new Date(now).toISOString().slice(0, 10),
        forecast_generation_date_time_zone: 'UTC' as const,
      },
    };
  }
}

function metaOf({ supplierName }: Caller) {
  return {
    energy_supplier: supplierName,
    temperature_unit: 'celsius',
    power_unit: 'kW',
    timestamp_time_zone: 'UTC',
  } as const;
}
