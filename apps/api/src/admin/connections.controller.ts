import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CLOCK, type Clock } from '@warmshift/config';
import { ConnectionsRepository, ConnectionsService, SyncRequests } from '@warmshift/fleet-sync';
import { AuditTrail, type Caller } from '@warmshift/suppliers';
import { ZodResponse } from 'nestjs-zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { IdParams } from '../http/wire';
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
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post()
  @RequireRole('admin')
  @ApiOperation({
    summary: 'Connect a vendor',
    description:
      'The credentials are tried once. If the vendor refuses them the connection is stored all the same, with the status ' +
      'NEEDS_REAUTHENTICATION and the words of the vendor.',
  })
  @ZodResponse({ status: 201, type: ConnectionAnswer })
  @Examples(createConnection)
  async create(@CurrentCaller() caller: Caller, @Body() body: NewConnectionBody) {
    const connection = await this.service.register({ ...body, supplierId: caller.supplierId });
    await this.note(caller, 'connection.create', connection.connectionId, {
      vendor: connection.vendor,
      name: connection.name,
      baseUrl: connection.baseUrl,
    });
    return toConnectionAnswer(connection);
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
  async get(@CurrentCaller() caller: Caller, @Param() { id }: IdParams) {
    return toConnectionAnswer(await this.connections.get(caller.supplierId, id));
  }

  @Patch(':id')
  @RequireRole('admin')
  @ApiOperation({ summary: 'Name and agreed pace of a connection' })
  @ZodResponse({ status: 200, type: ConnectionAnswer })
  @Examples(updateConnection)
  async update(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParams,
    @Body() body: ConnectionPatchBody,
  ) {
    await this.connections.update(caller.supplierId, id, body);
    await this.note(caller, 'connection.update', id, body);
    return toConnectionAnswer(await this.connections.get(caller.supplierId, id));
  }

  @Put(':id/credentials')
  @RequireRole('admin')
  @ApiOperation({ summary: 'New credentials for a connection', description: 'Devices and history stay.' })
  @ZodResponse({ status: 200, type: ConnectionAnswer })
  @Examples(reauthenticateConnection)
  async reauthenticate(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParams,
    @Body() body: CredentialsBody,
  ) {
    const connection = await this.service.reauthenticate(caller.supplierId, id, body);
    await this.note(caller, 'connection.reauthenticate', id, { baseUrl: connection.baseUrl });
    return toConnectionAnswer(connection);
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
    await this.service.remove(caller.supplierId, id);
    await this.note(caller, 'connection.remove', id, {});
  }

  @Post(':id/sync')
  @RequireRole('operator')
  @ApiOperation({ summary: 'List and read the devices of a connection now' })
  @ZodResponse({ status: 202, type: SyncAnswer })
  @Examples(syncConnection)
  sync(@CurrentCaller() caller: Caller, @Param() { id }: IdParams) {
    return this.syncs.request(caller.supplierId, id, caller.actor);
  }

  private note({ supplierId, actor }: Caller, action: string, id: string, detail: object): Promise<void> {
    return this.audit.record(
      { supplierId, actor, action, subject: `connection/${id}`, detail },
      this.clock.now(),
    );
  }
}
