import { Module } from '@nestjs/common';
import { CONFIG, type ServiceConfig } from '@warmshift/config';
import { SecretBox } from './secret-box';

@Module({
  providers: [
    {
      provide: SecretBox,
      inject: [CONFIG],
      useFactory: (config: ServiceConfig) => new SecretBox(...config.security.secretsKeys),
    },
  ],
  exports: [SecretBox],
})
export class SecurityModule {}
