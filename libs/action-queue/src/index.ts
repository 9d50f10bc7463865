export { ActionAdvancer } from './action-advancer';
export { ActionQueueModule } from './action-queue.module';
export { ActionsRepository } from './actions.repository';
export { advanceJob } from './advance-job';
export { DeviceLeases } from './device-leases';
export { EmergencyStopService, endNow, type HoldResult, type HoldScope } from './emergency-stop.service';
export { Reconciler } from './reconciler';
export {
  lagLimitSeconds,
  patienceSeconds,
  skewLimitSeconds,
  SteeringHealth,
  type SteeringReport,
} from './health/steering-health';
export { SteeringHealthModule } from './health/steering-health.module';
export type { StoredAction } from './stored-action';
export type { ActionDetail, ActionHistoryEntry, ActionView } from './view/action-view';
export { ActionsViewModule } from './view/actions-view.module';
export { ActionsView, type ActionFilter, type ActionsPlace } from './view/actions-view.repository';
