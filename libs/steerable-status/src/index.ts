export { SteerableStatusModule } from './steerable-status.module';
export { maxStatusAgeMs, StatusService } from './status.service';
export type { ZoneContext } from './zone-context';
export { StatusRepository } from './status.repository';
export type { FactsRow } from './facts-row';
export { zoneContext } from './zone-context';
