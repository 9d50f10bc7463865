import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ConfigError, loadConfig, secretValues, type ServiceConfig } from '@warmshift/config';
import { createLogger, NestLogger } from '@warmshift/observability';
import { WorkerModule } from './worker.module';

async function main(): Promise<void> {
  const config = loadConfig(undefined, {
    require: ['DATABASE_URL', 'SECRETS_KEY'],
  }) satisfies ServiceConfig;
  const logger = createLogger({ name: 'worker', level: config.log.level, secrets: secretValues(config) });
  const app = await NestFactory.createApplicationContext(WorkerModule.forRoot(config, logger), {
    logger: new NestLogger(logger),
  });
  app.enableShutdownHooks([], { useProcessExit: true });
  logger.info({ queue: config.queue.redisUrl === undefined ? 'postgres' : 'redis' }, 'worker.ready');
  process.send?.({ event: 'worker.ready' });
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}

main().catch((error: unknown) => {
  const sentence = error instanceof ConfigError ? error.message : (error as Error).stack;
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
});
