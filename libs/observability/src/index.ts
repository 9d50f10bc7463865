export * from './correlation';
export * from './logger';
export * from './metrics';
export * from './nest-logger';
export { registerSecret, withoutSecrets } from './redaction';
export * from './observability.module';
