import { Module, type DynamicModule } from '@nestjs/common';
import { clockFromConfig } from './clock';
import type { ServiceConfig } from './config';

/** Injection token of the process's `ServiceConfig`. */
export const CONFIG = Symbol('CONFIG');
/** Injection token of the process's `Clock`. */
export const CLOCK = Symbol('CLOCK');

@Module({})
export class ConfigModule {
  static forRoot(config: ServiceConfig): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: CLOCK, useValue: clockFromConfig(config) },
      ],
      exports: [CONFIG, CLOCK],
    };
  }
}
