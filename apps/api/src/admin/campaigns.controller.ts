import { Body, Controller, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CampaignsService, type Campaign } from '@warmshift/campaigns';
import { ZoneLabels } from '@warmshift/fleet-sync';
import type { Caller } from '@warmshift/suppliers';
import type { Response } from 'express';
import { ZodResponse } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { decodeCursor, encodeCursor, placeInstant } from '../http/cursor';
import { Located, setLocation } from '../http/location';
import { pageOf } from '../http/query';
import { IdParams } from '../http/wire';
import {
  CampaignAnswer,
  CampaignOrderBody,
  CampaignsPage,
  CampaignsQuery,
  PreviewAnswer,
  previewNames,
  toCampaign,
  toPreview,
} from './campaigns.dto';
import { Examples } from '../openapi/examples';
import {
  cancelCampaign,
  createCampaign,
  listCampaigns,
  oneCampaign,
  previewCampaign,
} from './campaigns.examples';

const list = 'campaigns';
const placeSchema = z.object({ createdAt: placeInstant, campaignId: z.uuid() });

@ApiTags('Campaigns')
@Controller('admin/v1/campaigns')
export class CampaignsController {
  constructor(
    @Inject(CampaignsService) private readonly campaigns: CampaignsService,
    @Inject(ZoneLabels) private readonly labels: ZoneLabels,
  ) {}

  @Post()
  @RequireRole('operator')
  @ApiOperation({
    summary: 'Order a campaign',
    description:
      'The order stands when the answer comes. It is planned half an hour before its window: its occurrences, and their ' +
      'events, tell how it goes on.',
  })
  @ZodResponse({ status: 201, type: CampaignAnswer })
  @Located({ 201: 'The campaign, with its occurrences.' })
  @Examples(createCampaign)
  async create(
    @CurrentCaller() { supplierId, actor }: Caller,
    @Body() body: CampaignOrderBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    const campaign = await this.campaigns.create(supplierId, body, actor);
    setLocation(response, pathOf(campaign));
    return toCampaign(campaign);
  }

  @Post('preview')
  @RequireRole('operator')
  @ApiOperation({ summary: 'What a campaign would do, without doing it' })
  @ZodResponse({ status: 200, type: PreviewAnswer })
  @Examples(previewCampaign)
  async preview(@CurrentCaller() { supplierId }: Caller, @Body() body: CampaignOrderBody) {
    const plan = await this.campaigns.preview(supplierId, body);
    const named = [...plan.actions.slice(0, previewNames), ...plan.leftOut.slice(0, previewNames)];
    const labels = await this.labels.of(
      supplierId,
      named.map(({ zoneId }) => zoneId),
    );
    return toPreview(plan, labels);
  }

  @Get()
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Campaigns, newest first' })
  @ZodResponse({ status: 200, type: CampaignsPage })
  @Examples(listCampaigns)
  async list(@CurrentCaller() { supplierId }: Caller, @Query() { limit, cursor }: CampaignsQuery) {
    const after = cursor === undefined ? undefined : decodeCursor(list, placeSchema, cursor);
    const rows = await this.campaigns.list(supplierId, { limit: limit + 1, after });
    const page = pageOf(rows, limit, ({ campaignId, createdAt }) =>
      encodeCursor(list, { createdAt, campaignId }),
    );
    return { ...page, data: page.data.map(toCampaign) };
  }

  @Get(':id')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'One campaign' })
  @ZodResponse({ status: 200, type: CampaignAnswer })
  @Examples(oneCampaign)
  async get(@CurrentCaller() { supplierId }: Caller, @Param() { id }: IdParams) {
    return toCampaign(await this.campaigns.get(supplierId, id));
  }

  @Post(':id/cancel')
  @RequireRole('operator')
  @ApiOperation({
    summary: 'Cancel a campaign',
    description:
      'Nothing more goes out. 202 while there is something to give back: the occurrences of the campaign, and their events, ' +
      'tell when all of it is.',
  })
  @ZodResponse({ status: 200, type: CampaignAnswer, description: 'Nothing of it is on a device.' })
  @ApiAcceptedResponse({
    type: CampaignAnswer.Output,
    description: 'What is on a device is being given back.',
  })
  @Located({ 202: 'The campaign, with its occurrences.' })
  @Examples(cancelCampaign)
  async cancel(
    @CurrentCaller() { supplierId, actor }: Caller,
    @Param() { id }: IdParams,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { campaign, restoring } = await this.campaigns.cancel(supplierId, id, actor);
    if (restoring > 0) {
      response.status(202);
      setLocation(response, pathOf(campaign));
    }
    return toCampaign(campaign);
  }
}

function pathOf({ campaignId }: Campaign): string {
  return `/admin/v1/campaigns/${campaignId}`;
}
