export * from './campaign';
export * from './campaign-order';
export { CampaignsModule } from './campaigns.module';
export { CampaignsRepository } from './campaigns.repository';
export { CampaignsService } from './campaigns.service';
export { OccurrencePlanner } from './occurrence-planner';
export { OccurrenceProgress } from './occurrence-progress';
export { ReportService } from './report.service';
export { planZones, targetsOf } from './plan-zones';
