import { Module } from '@nestjs/common';
import { CampaignsModule } from '@warmshift/campaigns';
import { FleetViewModule } from '@warmshift/fleet-sync';
import { V1DevicesController } from './devices.controller';
import { OldSettingsController } from './old-settings.controller';
import { ScheduleController } from './schedule.controller';
import { SettingsController } from './settings.controller';
import { SettingsChanges } from './settings-changes.service';
import { ThermalControlController } from './thermal-control.controller';

@Module({
  imports: [CampaignsModule, FleetViewModule],
  controllers: [
    V1DevicesController,
    ThermalControlController,
    ScheduleController,
    SettingsController,
    OldSettingsController,
  ],
  providers: [SettingsChanges],
})
export class V1Module {}
