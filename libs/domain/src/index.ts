export * from './fleet';
export * from './actions/action';
export * from './comfort/limits';
export * from './cycles/limits';
export * from './legionella/facts';
export * from './planning/plan-types';
export * from './status/codes';
export * from './status/facts';
