export * from './adapter';
export * from './context';
export * from './errors';
export * from './listing';
export * from './manifest';
