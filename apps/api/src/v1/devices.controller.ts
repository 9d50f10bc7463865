import { Controller, Get, Header, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SteerableDevices, type SteerableDevicesPage } from '@warmshift/fleet-sync';
import type { Caller } from '@warmshift/suppliers';
import { z } from 'zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { decodeCursor, encodeCursor } from '../http/cursor';
import { DevicesAnswer, DevicesQuery } from './devices.dto';
import { Examples } from '../openapi/examples';
import { listDevices } from './devices.examples';

const list = 'v1-devices';
const placeSchema = z.object({ id: z.uuid() });

/** The fleet of every vendor, in the words of NOX's `GET /v1/devices`: its clients work unchanged. */
@ApiTags('NOX-compatible')
@Controller('v1/devices')
export class V1DevicesController {
  constructor(@Inject(SteerableDevices) private readonly devices: SteerableDevices) {}

  @Get()
  @RequireRole('viewer')
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOperation({
    summary: 'Devices with their steerable status',
    description:
      'Shape, parameters and paging of the NOX Energy API v1 (Get Devices), over the whole fleet. Gateways are listed ' +
      'too, as not steerable. Retired devices are not. `device_id` is ours, `user_id` is the vendor’s.',
  })
  @ApiOkResponse({
    type: DevicesAnswer.Output,
    description: 'One page of devices, in the order of their ids.',
  })
  @Examples(listDevices)
  async list(@CurrentCaller() caller: Caller, @Query() query: DevicesQuery): Promise<string> {
    const afterId = query.next_token === undefined ? undefined : placeOf(query.next_token);
    // An id that cannot be one of ours is an id that no device has.
    if (query.device_id !== undefined && !z.uuid().safeParse(query.device_id).success)
      return answer(caller, { json: '' });
    const page = await this.devices.page(
      caller.supplierId,
      {
        deviceId: query.device_id,
        userId: query.user_id,
        onlySteeringEnabled: query.steering_enabled,
        onlySteerable: query.steerable,
        onlyNeedsReauthentication: query.needs_reauthentication,
        learningPeriodEnded: query.learning_period_ended,
      },
      { limit: query.limit, afterId, statusOnly: query.steerable_status ?? false },
    );
    return answer(caller, page);
  }
}

function placeOf(token: string): string {
  return decodeCursor(list, placeSchema, token, 'next_token').id;
}

/** The devices are JSON already. */
function answer({ supplierName }: Caller, { json, lastId }: SteerableDevicesPage): string {
  const nextToken = lastId === undefined ? null : encodeCursor(list, { id: lastId });
  const meta = JSON.stringify({ energy_supplier: supplierName, capacity_unit: 'kWh', next_token: nextToken });
  return `{"data":[${json}],"meta":${meta}}`;
}
