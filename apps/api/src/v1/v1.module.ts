import { Module } from '@nestjs/common';
import { FleetViewModule } from '@warmshift/fleet-sync';
import { V1DevicesController } from './devices.controller';

@Module({ imports: [FleetViewModule], controllers: [V1DevicesController] })
export class V1Module {}
