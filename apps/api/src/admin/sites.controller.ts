import { Body, Controller, Get, Inject, Param, Patch, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { FleetSettings, SitesView } from '@warmshift/fleet-sync';
import type { Caller } from '@warmshift/suppliers';
import type { Response } from 'express';
import { ZodResponse } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { decodeCursor, encodeCursor } from '../http/cursor';
import { Conditional, IfMatch, setEntityTag } from '../http/entity-tag';
import { pageOf } from '../http/query';
import { IdParams, refuseEmptyPatch } from '../http/wire';
import { SitePatchBody, SitesQuery } from './fleet-requests.dto';
import { SiteAnswer, SitesPage, toSite } from './fleet.dto';
import { Examples } from '../openapi/examples';
import { listSites, oneSite, updateSite } from './fleet.examples';

const list = 'sites';
const placeSchema = z.object({ id: z.uuid() });

@ApiTags('Fleet')
@Controller('admin/v1/sites')
export class SitesController {
  constructor(
    @Inject(SitesView) private readonly sites: SitesView,
    @Inject(FleetSettings) private readonly settings: FleetSettings,
  ) {}

  @Get()
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Sites' })
  @ZodResponse({ status: 200, type: SitesPage })
  @Examples(listSites)
  async list(@CurrentCaller() { supplierId }: Caller, @Query() query: SitesQuery) {
    const afterId = query.cursor === undefined ? undefined : decodeCursor(list, placeSchema, query.cursor).id;
    const filter = { connectionId: query.connection, tag: query.tag };
    const rows = await this.sites.list(supplierId, filter, { limit: query.limit + 1, afterId });
    const page = pageOf(rows, query.limit, ({ siteId }) => encodeCursor(list, { id: siteId }));
    return { ...page, data: page.data.map(toSite) };
  }

  @Get(':id')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'One site' })
  @ZodResponse({ status: 200, type: SiteAnswer })
  @Examples(oneSite)
  async get(
    @CurrentCaller() { supplierId }: Caller,
    @Param() { id }: IdParams,
    @Res({ passthrough: true }) response: Response,
  ) {
    setEntityTag(response, await this.settings.version(supplierId, 'site', id));
    return toSite(await this.sites.get(supplierId, id));
  }

  @Patch(':id')
  @RequireRole('operator')
  @ApiOperation({ summary: 'Opt-out, quiet hours, tags and time zone of a site' })
  @ZodResponse({ status: 200, type: SiteAnswer })
  @Conditional()
  @Examples(updateSite)
  async update(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParams,
    @Body() body: SitePatchBody,
    @IfMatch() versions: readonly string[] | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    refuseEmptyPatch(body);
    await this.settings.updateSite(caller, id, body, versions);
    setEntityTag(response, await this.settings.version(caller.supplierId, 'site', id));
    return toSite(await this.sites.get(caller.supplierId, id));
  }
}
