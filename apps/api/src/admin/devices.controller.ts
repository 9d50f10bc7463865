import { Body, Controller, Get, Inject, Param, Patch, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CLOCK, type Clock } from '@warmshift/config';
import { DevicesView, FleetSettings, ZoneHistory } from '@warmshift/fleet-sync';
import type { Caller } from '@warmshift/suppliers';
import type { Response } from 'express';
import { ZodResponse } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { decodeCursor, encodeCursor, placeInstant } from '../http/cursor';
import { Conditional, IfMatch, setEntityTag } from '../http/entity-tag';
import { pageOf } from '../http/query';
import { IdParams, refuseEmptyPatch } from '../http/wire';
import {
  DevicePatchBody,
  DevicesQuery,
  HistoryQuery,
  ReadingsQuery,
  readingsSpan,
} from './fleet-requests.dto';
import {
  DeviceAnswer,
  DevicesPage,
  ReadingsPage,
  StatusHistoryPage,
  toDevice,
  toDeviceDetail,
  toReading,
  toStatusChange,
} from './fleet.dto';
import { Examples } from '../openapi/examples';
import { listDevices, listReadings, listStatusHistory, oneDevice, updateDevice } from './fleet.examples';

const idPlace = z.object({ id: z.uuid() });
const readingPlace = z.object({ measuredAt: placeInstant, zoneId: z.uuid() });
const changePlace = z.object({ id: z.int() });

@ApiTags('Fleet')
@Controller('admin/v1/devices')
export class DevicesController {
  constructor(
    @Inject(DevicesView) private readonly devices: DevicesView,
    @Inject(ZoneHistory) private readonly history: ZoneHistory,
    @Inject(FleetSettings) private readonly settings: FleetSettings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Devices with zones and statuses' })
  @ZodResponse({ status: 200, type: DevicesPage })
  @Examples(listDevices)
  async list(@CurrentCaller() { supplierId }: Caller, @Query() query: DevicesQuery) {
    const { limit, cursor, site: siteId, connection: connectionId, ...filter } = query;
    const afterId = cursor === undefined ? undefined : decodeCursor('devices', idPlace, cursor).id;
    const rows = await this.devices.list(
      supplierId,
      { ...filter, siteId, connectionId },
      { limit: limit + 1, afterId },
    );
    const page = pageOf(rows, limit, ({ deviceId }) => encodeCursor('devices', { id: deviceId }));
    return { ...page, data: page.data.map(toDevice) };
  }

  @Get(':id')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'One device, with its cycles and its legionella ledger' })
  @ZodResponse({ status: 200, type: DeviceAnswer })
  @Examples(oneDevice)
  async get(
    @CurrentCaller() { supplierId }: Caller,
    @Param() { id }: IdParams,
    @Res({ passthrough: true }) response: Response,
  ) {
    setEntityTag(response, await this.settings.version(supplierId, 'device', id));
    return toDeviceDetail(await this.devices.get(supplierId, id));
  }

  @Patch(':id')
  @RequireRole('operator')
  @ApiOperation({ summary: 'Opt-out, switch, tags and rule settings of a device' })
  @ZodResponse({ status: 200, type: DeviceAnswer })
  @Conditional()
  @Examples(updateDevice)
  async update(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParams,
    @Body() body: DevicePatchBody,
    @IfMatch() versions: readonly string[] | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    refuseEmptyPatch(body);
    await this.settings.updateDevice(caller, id, body, versions);
    setEntityTag(response, await this.settings.version(caller.supplierId, 'device', id));
    return toDeviceDetail(await this.devices.get(caller.supplierId, id));
  }

  @Get(':id/readings')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'What the zones of a device reported, oldest first' })
  @ZodResponse({ status: 200, type: ReadingsPage })
  @Examples(listReadings)
  async readings(
    @CurrentCaller() { supplierId }: Caller,
    @Param() { id }: IdParams,
    @Query() query: ReadingsQuery,
  ) {
    const after =
      query.cursor === undefined ? undefined : decodeCursor('readings', readingPlace, query.cursor);
    const wanted = { span: readingsSpan(query, this.clock.now()), zone: query.zone };
    const rows = await this.history.readings(supplierId, id, wanted, { limit: query.limit + 1, after });
    const page = pageOf(rows, query.limit, ({ measuredAt, zoneId }) =>
      encodeCursor('readings', { measuredAt, zoneId }),
    );
    return { ...page, data: page.data.map(toReading) };
  }

  @Get(':id/status-history')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Changes of the steerable status of the zones of a device, newest first' })
  @ZodResponse({ status: 200, type: StatusHistoryPage })
  @Examples(listStatusHistory)
  async statusHistory(
    @CurrentCaller() { supplierId }: Caller,
    @Param() { id }: IdParams,
    @Query() query: HistoryQuery,
  ) {
    const beforeId =
      query.cursor === undefined ? undefined : decodeCursor('status-history', changePlace, query.cursor).id;
    const rows = await this.history.statusChanges(supplierId, id, { limit: query.limit + 1, beforeId });
    const page = pageOf(rows, query.limit, (change) => encodeCursor('status-history', { id: change.id }));
    return { ...page, data: page.data.map(toStatusChange) };
  }
}
