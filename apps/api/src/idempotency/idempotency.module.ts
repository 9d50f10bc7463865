import { Inject, Injectable, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { CLOCK, type Clock } from '@warmshift/config';
import { Database, DbModule } from '@warmshift/db';
import { hourMs } from '@warmshift/domain';
import { LOGGER, type Logger } from '@warmshift/observability';
import { SecretBox, SecurityModule } from '@warmshift/security';
import { IdempotencyInterceptor } from './idempotency.interceptor';
import { IdempotencyRepository } from './idempotency.repository';

/** Forgets old keys once an hour (real time); any number of replicas may do so. */
@Injectable()
class IdempotencyHousekeeping implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(IdempotencyRepository) private readonly requests: IdempotencyRepository,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.forget(), hourMs).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async forget(): Promise<void> {
    try {
      await this.requests.forgetOld();
    } catch (err) {
      this.logger.warn({ err }, 'idempotency.not-forgotten');
    }
  }
}

@Module({
  imports: [DbModule, SecurityModule],
  providers: [
    {
      provide: IdempotencyRepository,
      inject: [Database, SecretBox, CLOCK],
      useFactory: (db: Database, secrets: SecretBox, clock: Clock) =>
        new IdempotencyRepository(db, secrets, clock),
    },
    { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
    IdempotencyHousekeeping,
  ],
})
export class IdempotencyModule {}
