export { SteerableStatusModule } from './steerable-status.module';
export { maxStatusAgeMs, StatusService, type DispatchAnswer, type LiveSpan } from './status.service';
export type { ZoneContext } from './zone-context';
export { StatusRepository } from './status.repository';
export type { FactsRow } from './facts-row';
export { zoneContext } from './zone-context';
export { LegionellaModule } from './legionella/legionella.module';
export { LegionellaRepository } from './legionella/legionella.repository';
export {
  LegionellaService,
  runHorizonMs,
  type LegionellaReport,
  type OverdueTank,
  type RunObstacle,
} from './legionella/legionella.service';
export { hastenChecks } from './overrides/hasten-checks';
