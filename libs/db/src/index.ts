export * from './batch';
export * from './database';
export * from './embedded';
export * from './migrate';
export * from './outbox';
export * from './reading-partitions';
export { schemaDiff } from './schema-diff';
export { Prisma } from './generated/client';
export * from './db.module';
