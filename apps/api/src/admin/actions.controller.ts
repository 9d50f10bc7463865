import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ActionsView } from '@warmshift/action-queue';
import { CampaignsService } from '@warmshift/campaigns';
import { CLOCK, type Clock } from '@warmshift/config';
import { DevicesView } from '@warmshift/fleet-sync';
import type { Caller } from '@warmshift/suppliers';
import { ZodResponse } from 'nestjs-zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { IdParams } from '../http/wire';
import { ActionsList } from './actions-list.service';
import { ActionAnswer, ActionsOfQuery, ActionsPage, ActionsQuery, toActionDetail } from './actions.dto';
import { Examples } from '../openapi/examples';
import { actionsOfDevice, actionsOfOccurrence, listActions, oneAction } from './actions.examples';

@ApiTags('Actions')
@Controller('admin/v1')
export class ActionsController {
  constructor(
    @Inject(ActionsList) private readonly list: ActionsList,
    @Inject(ActionsView) private readonly actions: ActionsView,
    @Inject(DevicesView) private readonly devices: DevicesView,
    @Inject(CampaignsService) private readonly campaigns: CampaignsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('actions')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Actions: overdue restores first, then the newest window first' })
  @ZodResponse({ status: 200, type: ActionsPage })
  @Examples(listActions)
  all(@CurrentCaller() { supplierId }: Caller, @Query() query: ActionsQuery) {
    const { state: states, overdue, vendor, occurrence, connection, device } = query;
    const filter = {
      states,
      overdue,
      vendor,
      occurrenceId: occurrence,
      connectionId: connection,
      deviceId: device,
    };
    return this.list.page(supplierId, filter, query);
  }

  @Get('actions/:id')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'One action with everything that happened' })
  @ZodResponse({ status: 200, type: ActionAnswer })
  @Examples(oneAction)
  async get(@CurrentCaller() { supplierId }: Caller, @Param() { id }: IdParams) {
    return toActionDetail(await this.actions.get(supplierId, id, this.clock.now()));
  }

  @Get('devices/:id/actions')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Actions of a device' })
  @ZodResponse({ status: 200, type: ActionsPage })
  @Examples(actionsOfDevice)
  async ofDevice(
    @CurrentCaller() { supplierId }: Caller,
    @Param() { id: deviceId }: IdParams,
    @Query() query: ActionsOfQuery,
  ) {
    await this.devices.get(supplierId, deviceId);
    return this.list.page(supplierId, { states: query.state, overdue: query.overdue, deviceId }, query);
  }

  @Get('occurrences/:id/actions')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Actions of an occurrence' })
  @ZodResponse({ status: 200, type: ActionsPage })
  @Examples(actionsOfOccurrence)
  async ofOccurrence(
    @CurrentCaller() { supplierId }: Caller,
    @Param() { id: occurrenceId }: IdParams,
    @Query() query: ActionsOfQuery,
  ) {
    await this.campaigns.occurrence(supplierId, occurrenceId);
    return this.list.page(supplierId, { states: query.state, overdue: query.overdue, occurrenceId }, query);
  }
}
