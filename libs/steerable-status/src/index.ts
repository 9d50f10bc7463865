export { SteerableStatusModule } from './steerable-status.module';
export { maxStatusAgeMs, StatusService } from './status.service';
export type { ZoneContext } from './zone-context';
