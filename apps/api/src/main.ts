import 'reflect-metadata';
import { ConfigError, loadConfig, secretValues, type ServiceConfig } from '@warmshift/config';
import { createLogger, metrics } from '@warmshift/observability';
import { CannotStart, startApi } from './start';

async function main(): Promise<void> {
  const config = loadConfig(undefined, {
    require: ['DATABASE_URL', 'SECRETS_KEY'],
  }) satisfies ServiceConfig;
  const logger = createLogger({ name: 'api', level: config.log.level, secrets: secretValues(config) });
  metrics.startProcessMetrics();
  const { app, url, firstKey } = await startApi(config, logger, metrics);
  app.enableShutdownHooks([], { useProcessExit: true });
  if (firstKey !== undefined) {
    process.stderr.write(`The first admin key, shown only now: ${firstKey}\n`);
  }
  logger.info({ url }, 'api.ready');
  process.send?.({ event: 'api.ready', url });
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}

main().catch((error: unknown) => {
  const isExplained = error instanceof ConfigError || error instanceof CannotStart;
  process.stderr.write(`${isExplained ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
});
