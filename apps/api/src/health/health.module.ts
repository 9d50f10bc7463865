import { Module, type DynamicModule } from '@nestjs/common';
import { SteeringHealthModule } from '@warmshift/action-queue';
import { FleetViewModule } from '@warmshift/fleet-sync';
import type { Metrics } from '@warmshift/observability';
import { HealthController } from './health.controller';
import { HealthService, METRICS } from './health.service';

@Module({})
export class HealthModule {
  static forRoot(metrics: Metrics): DynamicModule {
    return {
      module: HealthModule,
      imports: [SteeringHealthModule, FleetViewModule],
      controllers: [HealthController],
      providers: [{ provide: METRICS, useValue: metrics }, HealthService],
    };
  }
}
