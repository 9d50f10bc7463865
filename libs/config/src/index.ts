export * from './clock';
export * from './config';
export * from './documentation';
export type { SecretsKey, SecretsKeys } from './secrets-keys';
export { logLevels, settingNames, type LogLevel, type SettingName } from './settings';
export * from './config.module';
