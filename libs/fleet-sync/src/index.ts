export * from './connections/connection';
export { ConnectionsRepository } from './connections/connections.repository';
export { ConnectionChanges, type Editor } from './connections/connection-changes';
export { ConnectionsService } from './connections/connections.service';
export { syncStates, type RequestedSync } from './connections/sync-state';
export { pacingOf, VendorConnections, type OpenConnection } from './connections/vendor-connections';
export { sealedTo } from './connections/vendor-runtime';
export { DiscoverService } from './discovery/discover.service';
export { FleetRepository, type StoredZone } from './discovery/fleet.repository';
export { FleetSyncModule } from './fleet-sync.module';
export { IngestService } from './readings/ingest.service';
export { batchReadings, ReadService } from './readings/read.service';
export { SyncSchedule } from './sync-schedule';
export { DevicesView, type DeviceFilter } from './view/devices-view.repository';
export {
  FleetSettings,
  type DeviceChange,
  type DeviceLine,
  type DevicePatch,
  type SitePatch,
} from './view/fleet-settings.service';
export { FleetSummaries, type FleetSummary } from './view/fleet-summary.repository';
export type {
  CycleDayView,
  DeviceDetail,
  DeviceView,
  LegionellaView,
  QuietHoursView,
  ReadingView,
  SiteView,
  StatusChangeView,
  ZoneStatusView,
  ZoneView,
} from './view/fleet-view';
export { FleetViewModule } from './view/fleet-view.module';
export { SitesView } from './view/sites-view.repository';
export {
  SteerableDevices,
  type SteerableDevicesPage,
  type SteerableDevicesFilter,
} from './view/steerable-devices.repository';
export { ThermalDevices, type ThermalDevice, type ThermalZone } from './view/thermal-devices.repository';
export { ZoneHistory } from './view/zone-history.repository';
export { SyncRequests } from './view/sync-requests.service';
export { ZoneLabels, type ZoneLabel } from './view/zone-labels.repository';
export { observe, type ObservedReading, type ZoneState } from './readings/observe';
