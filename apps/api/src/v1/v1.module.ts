import { Module } from '@nestjs/common';
import { CampaignsModule } from '@warmshift/campaigns';
import { FleetViewModule } from '@warmshift/fleet-sync';
import { V1DevicesController } from './devices.controller';
import { ScheduleController } from './schedule.controller';
import { SettingsController } from './settings.controller';
import { ThermalControlController } from './thermal-control.controller';

@Module({
  imports: [CampaignsModule, FleetViewModule],
  controllers: [V1DevicesController, ThermalControlController, ScheduleController, SettingsController],
})
export class V1Module {}
