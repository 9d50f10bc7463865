import type { DeviceKind, Instant, Quality, StatusCode, ZoneKind } from '@warmshift/domain';
import type { RuleSettings } from '@warmshift/suppliers';

/** A zone as operators see it. Power in W, temperatures in °C; what is absent was not stated. */
export interface ZoneView {
  readonly zoneId: string;
  readonly zone: ZoneKind;
  /** Absent until the zone was assessed for the first time. */
  readonly status?: ZoneStatusView | undefined;
  readonly measuredAt?: Instant | undefined;
  readonly temperatureC?: number | undefined;
  readonly setpointC?: number | undefined;
  readonly mode?: string | undefined;
  readonly heating?: boolean | undefined;
  readonly powerW?: number | undefined;
  readonly powerQuality: Quality;
  readonly maxPowerW?: number | undefined;
}

export interface ZoneStatusView {
  readonly code: StatusCode;
  readonly reason: string;
  readonly canActivate: boolean;
  readonly inActive: boolean;
  readonly since: Instant;
  readonly nextEligibleAt?: Instant | undefined;
  readonly assessedAt: Instant;
}

export interface DeviceView {
  readonly deviceId: string;
  readonly connectionId: string;
  readonly vendor: string;
  readonly vendorDeviceId: string;
  readonly vendorUserId?: string | undefined;
  readonly siteId?: string | undefined;
  readonly siteName?: string | undefined;
  readonly kind: DeviceKind;
  readonly name: string;
  readonly brand?: string | undefined;
  readonly model?: string | undefined;
  readonly country?: string | undefined;
  readonly online?: boolean | undefined;
  readonly faulty?: boolean | undefined;
  readonly vendorControl: boolean;
  readonly ratedPowerW?: number | undefined;
  readonly maxCyclesPerDay?: number | undefined;
  readonly tags: readonly string[];
  readonly ruleSettings: RuleSettings;
  /** The supplier's own switch. */
  readonly disabledAt?: Instant | undefined;
  readonly optedOutAt?: Instant | undefined;
  readonly heldAt?: Instant | undefined;
  readonly firstSeenAt: Instant;
  readonly lastSeenAt: Instant;
  readonly zones: readonly ZoneView[];
}

/** A device with what its rules count on. */
export interface DeviceDetail extends DeviceView {
  readonly cycles: readonly CycleDayView[];
  /** Absent for a device without a tank. */
  readonly legionella?: LegionellaView | undefined;
}

/** Compressor or element starts of one local day of the site. */
export interface CycleDayView {
  readonly localDay: string;
  readonly observedStarts: number;
  readonly reservedStarts: number;
}

export interface LegionellaView {
  readonly frequencyPerWeeks?: number | undefined;
  readonly capacityWh?: number | undefined;
  readonly durationMinutes?: number | undefined;
  readonly enrolledAt: Instant;
  readonly lastCompletedAt?: Instant | undefined;
  readonly runningSince?: Instant | undefined;
  readonly plannedStartsAt?: Instant | undefined;
  readonly plannedEndsAt?: Instant | undefined;
}

export interface SiteView {
  readonly siteId: string;
  readonly connectionId: string;
  readonly vendor: string;
  readonly vendorSiteId: string;
  readonly name: string;
  readonly timeZone?: string | undefined;
  readonly country?: string | undefined;
  readonly optedOutAt?: Instant | undefined;
  readonly quietHours: readonly QuietHoursView[];
  readonly tags: readonly string[];
  /** The vendor's own words. */
  readonly warnings: readonly string[];
  readonly devices: number;
}

export interface QuietHoursView {
  readonly from: string;
  readonly to: string;
  readonly weekdays?: readonly number[] | undefined;
}

export interface ReadingView {
  readonly zoneId: string;
  readonly zone: ZoneKind;
  readonly measuredAt: Instant;
  readonly receivedAt: Instant;
  readonly temperatureC?: number | undefined;
  readonly setpointC?: number | undefined;
  readonly mode?: string | undefined;
  readonly online?: boolean | undefined;
  readonly heating?: boolean | undefined;
  readonly powerW?: number | undefined;
  readonly powerQuality: Quality;
}

export interface StatusChangeView {
  readonly id: number;
  readonly zoneId: string;
  readonly zone: ZoneKind;
  readonly at: Instant;
  readonly code: StatusCode;
  readonly reason: string;
}

/** Fields of a row that SQL gives as NULL become absent: the domain knows "no statement" only so. */
export type Nullable<T> = { [K in keyof T]: T[K] | null };

export function withoutNulls<T extends object>(row: Nullable<T>): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T;
}
