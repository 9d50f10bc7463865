export * from './address-ranges';
export * from './api-keys';
export * from './request-hash';
export * from './roles';
export * from './secret-box';
export * from './vendor-hosts';
export * from './security.module';
