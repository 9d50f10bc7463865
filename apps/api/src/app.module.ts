import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ConfigModule, type ServiceConfig } from '@warmshift/config';
import { DatabaseScopeModule, DbModule } from '@warmshift/db';
import { ObservabilityModule, type Logger, type Metrics } from '@warmshift/observability';
import { SuppliersModule } from '@warmshift/suppliers';
import { AdminModule } from './admin/admin.module';
import { ApiKeyGuard, RoleGuard } from './auth/api-key.guard';
import { RateLimitGuard } from './http/rate-limit.guard';
import { SenderPatience } from './http/sender-patience';
import { HealthModule } from './health/health.module';
import { IdempotencyModule } from './idempotency/idempotency.module';
import { LiveModule } from './live/live.module';
import { V1Module } from './v1/v1.module';
import { WebhooksModule } from './webhooks/webhooks.module';

/** HTTP in. Any number of replicas. */
@Module({})
export class AppModule {
  static forRoot(config: ServiceConfig, logger: Logger, metrics: Metrics): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        ObservabilityModule.forRoot(logger),
        DatabaseScopeModule.forRoot('tenants'),
        DbModule,
        SuppliersModule,
        IdempotencyModule,
        HealthModule.forRoot(metrics),
        V1Module,
        AdminModule,
        LiveModule,
        WebhooksModule,
      ],
      providers: [
        SenderPatience,
        { provide: APP_GUARD, useClass: ApiKeyGuard },
        { provide: APP_GUARD, useClass: RateLimitGuard },
        { provide: APP_GUARD, useClass: RoleGuard },
      ],
    };
  }
}
