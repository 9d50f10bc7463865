import { Body, Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CampaignsService } from '@warmshift/campaigns';
import { ZoneLabels } from '@warmshift/fleet-sync';
import type { Caller } from '@warmshift/suppliers';
import { ZodResponse } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { decodeCursor, encodeCursor } from '../http/cursor';
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
const placeSchema = z.object({ createdAt: z.int(), campaignId: z.uuid() });

@ApiTags('Campaigns')
@Controller('admin/v1/campaigns')
export class CampaignsController {
  constructor(
    @Inject(CampaignsService) private readonly campaigns: CampaignsService,
    @Inject(ZoneLabels) private readonly labels: ZoneLabels,
  ) {}

  @Post()
  @RequireRole('operator')
  @ApiOperation({ summary: 'Order a campaign', description: 'It is planned half an hour before its window.' })
  @ZodResponse({ status: 201, type: CampaignAnswer })
  @Examples(createCampaign)
  async create(@CurrentCaller() { supplierId, actor }: Caller, @Body() body: CampaignOrderBody) {
    return toCampaign(await this.campaigns.create(supplierId, body, actor));
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
    description: 'Nothing more goes out; what is on a device is given back now.',
  })
  @ZodResponse({ status: 200, type: CampaignAnswer })
  @Examples(cancelCampaign)
  async cancel(@CurrentCaller() { supplierId, actor }: Caller, @Param() { id }: IdParams) {
    return toCampaign(await this.campaigns.cancel(supplierId, id, actor));
  }
}
