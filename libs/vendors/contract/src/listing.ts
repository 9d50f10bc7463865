import type { DeviceKind, Instant, Quality, ZoneKind } from '@warmshift/domain';

/** A home or building as the vendor knows it. */
export interface ListedSite {
  readonly vendorSiteId: string;
  readonly name: string;
  /** IANA name, only when the vendor states a valid one. */
  readonly timeZone?: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | undefined;
  /** What the vendor warns of, in its own words; absent: no statement. */
  readonly warnings?: readonly string[] | undefined;
}

/** A device as the vendor lists it. An absent fact was not stated; ids are opaque. */
export interface ListedDevice {
  readonly vendorDeviceId: string;
  readonly vendorSiteId?: string | undefined;
  /** The device through which this one is reached. */
  readonly vendorGatewayId?: string | undefined;
  readonly vendorUserId?: string | undefined;
  readonly kind: DeviceKind;
  readonly name: string;
  readonly brand?: string | undefined;
  readonly model?: string | undefined;
  /** The vendor's own words for what it is, kept even when we know none of them. */
  readonly vendorType?: string | undefined;
  readonly country?: string | undefined;
  readonly online?: boolean | undefined;
  readonly faulty?: boolean | undefined;
  readonly readOnly?: boolean | undefined;
  /** Our role at the vendor is too low to steer this device. */
  readonly roleTooLow?: boolean | undefined;
  /** The vendor's documented API can steer it. */
  readonly vendorControl: boolean;
  readonly steeringEnabled?: boolean | undefined;
  readonly steerable?: boolean | undefined;
  readonly learningPeriodEnded?: boolean | undefined;
  readonly needsReauthentication?: boolean | undefined;
  readonly maxCyclesPerDay?: number | undefined;
  readonly legionella?: ListedLegionella | undefined;
  readonly ratedPowerW?: number | undefined;
  readonly batteryFraction?: number | undefined;
  readonly zones: readonly ListedZone[];
}

export interface ListedLegionella {
  /** As the vendor states it; which way it reads is configuration (`docs/rules.md`). */
  readonly frequencyPerWeeks: number;
  readonly capacityWh?: number | undefined;
  readonly durationMinutes?: number | undefined;
}

export interface ListedZone {
  readonly kind: ZoneKind;
  /** A reading that came with the listing. */
  readonly reading?: ZoneReading | undefined;
}

/** The vendor's own word on one zone. */
export interface VendorZoneStatus {
  readonly canActivate: boolean;
  readonly inActiveAction: boolean;
  readonly reason?: string | undefined;
}

/** Mean W of quarters that follow one another. */
export interface PowerCourse {
  /** Start of the first quarter. */
  readonly startsAt: Instant;
  readonly powersW: readonly number[];
}

/** What one zone reported, or what follows from it. */
export interface ZoneReading {
  readonly measuredAt: Instant;
  readonly online?: boolean | undefined;
  readonly faulty?: boolean | undefined;
  readonly temperatureC?: number | undefined;
  readonly setpointC?: number | undefined;
  readonly minC?: number | undefined;
  readonly maxC?: number | undefined;
  readonly stepC?: number | undefined;
  /** The vendor's word, unknown words included. */
  readonly mode?: string | undefined;
  /** A mode whose settings cannot be given back exactly. */
  readonly transientMode?: boolean | undefined;
  /** W drawn for this zone at `measuredAt`. */
  readonly powerW?: number | undefined;
  readonly powerQuality: Quality;
  readonly maxPowerW?: number | undefined;
  /** The zone draws power for heat now. */
  readonly heating?: boolean | undefined;
  /** Mean W the vendor's own model expects for the next quarter without steering. */
  readonly expectedPowerW?: number | undefined;
  /** The same for the coming quarters, where the vendor forecasts them. */
  readonly expectedCourse?: PowerCourse | undefined;
  /** Tanks: heating cannot be triggered above it. */
  readonly activationLimitC?: number | undefined;
  /** Storage: 0..1. */
  readonly chargeFraction?: number | undefined;
  /** K per hour the zone loses without heating, where the vendor states it; positive. */
  readonly coolingKPerH?: number | undefined;
  /** K per hour that heating at its first level adds, where the vendor states it; the loss is not taken off it. */
  readonly gainKPerH?: number | undefined;
  readonly vendorStatus?: VendorZoneStatus | undefined;
}

/** Something in a vendor's answer that could not be used; the rest of the answer was. */
export interface ListingProblem {
  readonly vendorDeviceId?: string | undefined;
  /** Which call. */
  readonly where: string;
  readonly message: string;
  /** Redacted and cut short. */
  readonly sample?: string | undefined;
}

/** Only a complete listing may retire devices that are not in it. */
export interface Listing {
  readonly complete: boolean;
  readonly sites: readonly ListedSite[];
  readonly devices: readonly ListedDevice[];
  readonly problems: readonly ListingProblem[];
}

/** How an adapter is told which device to read or write. */
export interface DeviceRef {
  readonly vendorDeviceId: string;
  readonly vendorSiteId?: string | undefined;
  readonly kind: DeviceKind;
}

export type DeviceReadResult =
  | {
      readonly device: DeviceRef;
      /** Of the device itself, for devices without zones (a gateway). Zones say it in their reading. */
      readonly online?: boolean | undefined;
      readonly zones: readonly { readonly kind: ZoneKind; readonly reading: ZoneReading }[];
    }
  | { readonly device: DeviceRef; readonly error: Error };
