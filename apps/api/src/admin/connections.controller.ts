import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Put,
  Res,
} from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  ConnectionsRepository,
  ConnectionsService,
  SyncRequests,
  type Connection,
} from '@warmshift/fleet-sync';
import type { Caller } from '@warmshift/suppliers';
import type { Response } from 'express';
import { ZodResponse } from 'nestjs-zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { Conditional, IfMatch, setEntityTag } from '../http/entity-tag';
import { Located, setLocation } from '../http/location';
import { IdParams, isoOf, refuseEmptyPatch } from '../http/wire';
import {
  ConnectionAnswer,
  ConnectionPatchBody,
  ConnectionsAnswer,
  CredentialsBody,
  NewConnectionBody,
  SyncAnswer,
  toConnectionAnswer,
} from './connections.dto';
import { Examples } from '../openapi/examples';
import {
  createConnection,
  listConnections,
  oneConnection,
  reauthenticateConnection,
  removeConnection,
  syncConnection,
  updateConnection,
} from './connections.examples';

@ApiTags('Connections')
@Controller('admin/v1/connections')
export class ConnectionsController {
  constructor(
    @Inject(ConnectionsRepository) private readonly connections: ConnectionsRepository,
    @Inject(ConnectionsService) private readonly service: ConnectionsService,
    @Inject(SyncRequests) private readonly syncs: SyncRequests,
  ) {}

  @Post()
  @RequireRole('admin')
  @ApiOperation({
    summary: 'Connect a vendor',
    description:
      'The credentials are tried once. If the vendor refuses them the connection is stored all the same, with the status ' +
      'NEEDS_REAUTHENTICATION and the words of the vendor. Its devices are listed soon after: see `lastDiscoveredAt`.',
  })
  @ZodResponse({ status: 201, type: ConnectionAnswer })
  @Located({ 201: 'The connection.' })
  @Examples(createConnection)
  async create(
    @CurrentCaller() caller: Caller,
    @Body() body: NewConnectionBody,
    @Res({ passthrough: true }) response: Response,
  ) {
    const connection = await this.service.register(caller, body);
    setLocation(response, pathOf(connection.connectionId));
    return this.tagged(caller, connection, response);
  }

  @Get()
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Connections' })
  @ZodResponse({ status: 200, type: ConnectionsAnswer })
  @Examples(listConnections)
  async list(@CurrentCaller() caller: Caller) {
    return { data: (await this.connections.list(caller.supplierId)).map(toConnectionAnswer) };
  }

  @Get(':id')
  @RequireRole('viewer')
  @ApiOperation({ summary: 'One connection' })
  @ZodResponse({ status: 200, type: ConnectionAnswer })
  @Examples(oneConnection)
  async get(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParams,
    @Res({ passthrough: true }) response: Response,
  ) {
    return this.tagged(caller, await this.connections.get(caller.supplierId, id), response);
  }

  @Patch(':id')
  @RequireRole('admin')
  @ApiOperation({ summary: 'Name and agreed pace of a connection' })
  @ZodResponse({ status: 200, type: ConnectionAnswer })
  @Conditional()
  @Examples(updateConnection)
  async update(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParams,
    @Body() body: ConnectionPatchBody,
    @IfMatch() versions: readonly string[] | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    refuseEmptyPatch(body);
    return this.tagged(caller, await this.service.update(caller, id, body, versions), response);
  }

  @Put(':id/credentials')
  @RequireRole('admin')
  @ApiOperation({ summary: 'New credentials for a connection', description: 'Devices and history stay.' })
  @ZodResponse({ status: 200, type: ConnectionAnswer })
  @Conditional()
  @Examples(reauthenticateConnection)
  async reauthenticate(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParams,
    @Body() body: CredentialsBody,
    @IfMatch() versions: readonly string[] | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    return this.tagged(caller, await this.service.reauthenticate(caller, id, body, versions), response);
  }

  @Delete(':id')
  @RequireRole('admin')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Remove a connection',
    description:
      'Its credentials are wiped and its devices retired. Refused while its devices are in actions.',
  })
  @ApiNoContentResponse({ description: 'Removed.' })
  @Examples(removeConnection)
  async remove(@CurrentCaller() caller: Caller, @Param() { id }: IdParams): Promise<void> {
    await this.service.remove(caller, id);
  }

  @Post(':id/sync')
  @RequireRole('operator')
  @ApiOperation({
    summary: 'List and read the devices of a connection now',
    description: 'Watch `sync` of the connection until it is DONE or FAILED.',
  })
  @ZodResponse({ status: 202, type: SyncAnswer })
  @Located({ 202: 'The connection, whose `sync` tells what becomes of it.' })
  @Examples(syncConnection)
  async sync(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParams,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { jobs, requestedAt } = await this.syncs.request(caller.supplierId, id, caller.actor);
    setLocation(response, pathOf(id));
    return { jobs, requestedAt: isoOf(requestedAt) };
  }

  private async tagged({ supplierId }: Caller, connection: Connection, response: Response) {
    setEntityTag(response, await this.connections.version(supplierId, connection.connectionId));
    return toConnectionAnswer(connection);
  }
}

function pathOf(connectionId: string): string {
  return `/admin/v1/connections/${connectionId}`;
}
