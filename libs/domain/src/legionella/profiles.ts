import { minuteMs } from '../fleet';

/** A temperature and how long the tank must hold it without a break. */
export interface DisinfectionHold {
  readonly temperatureC: number;
  /** Absent: as long as the device's own `duration_minutes` says. */
  readonly holdMs?: number | undefined;
}

/** When a heat-up counts as a disinfection run: any one of `holds` is enough. Versioned by its id. */
export interface LegionellaProfile {
  readonly id: string;
  /** ISO 3166-1 alpha-2; absent: everywhere else. */
  readonly country?: string | undefined;
  readonly holds: readonly DisinfectionHold[];
  readonly source: string;
}

/** Where neither a profile nor the device says how long: one hour, the value in NOX's examples. */
export const defaultHoldMs = 60 * minuteMs;

export const defaultLegionellaProfile: LegionellaProfile = {
  id: 'default-2026-11',
  holds: [{ temperatureC: 60 }],
  source:
    '60 °C is what HSE, DVGW and FHI ask of stored hot water; time from the device (NOX duration_minutes)',
};

/**
 * Published guidance per country. It differs by kind of building and volume and is no legal advice: a supplier may
 * bring its own list, the ids tell which one a recorded run was judged by.
 */
export const legionellaProfiles: readonly LegionellaProfile[] = [
  {
    id: 'nl-2026-11',
    country: 'NL',
    holds: [
      { temperatureC: 60, holdMs: 20 * minuteMs },
      { temperatureC: 65, holdMs: 10 * minuteMs },
      { temperatureC: 70, holdMs: 5 * minuteMs },
    ],
    source: 'https://installateurszaken.nl/legionella-2/ , https://boiler-weetjes.nl/relevant/legionella/',
  },
  {
    id: 'fr-2026-11',
    country: 'FR',
    holds: [
      { temperatureC: 60, holdMs: 60 * minuteMs },
      { temperatureC: 65, holdMs: 4 * minuteMs },
      { temperatureC: 70, holdMs: 2 * minuteMs },
    ],
    source: 'https://cegibat.grdf.fr/dossier-techniques/bouclage-eau-chaude-sanitaire-ecs-legionelles',
  },
  {
    id: 'at-2026-11',
    country: 'AT',
    holds: [{ temperatureC: 70, holdMs: 3 * minuteMs }],
    source: 'ÖNORM B 5019',
  },
  {
    id: 'gb-2026-11',
    country: 'GB',
    holds: [{ temperatureC: 60 }],
    source: 'https://hse.gov.uk/legionnaires/hot-and-cold.htm',
  },
  {
    id: 'de-2026-11',
    country: 'DE',
    holds: [{ temperatureC: 60 }],
    source: 'DVGW W 551 (small systems)',
  },
];

/** The profile of a country, else the default. A supplier's own list may be given instead of the published one. */
export function legionellaProfileFor(
  country: string | undefined,
  profiles: readonly LegionellaProfile[] = legionellaProfiles,
): LegionellaProfile {
  const code = country?.trim().toUpperCase();
  const fallback = profiles.find((profile) => profile.country === undefined) ?? defaultLegionellaProfile;
  if (code === undefined) return fallback;
  return profiles.find((profile) => profile.country === code) ?? fallback;
}

/** The profile with every hold time filled in from the device's `duration_minutes`, else one hour. */
export function withDeviceDuration(
  profile: LegionellaProfile,
  durationMinutes: number | undefined,
): LegionellaProfile {
  const stated = durationMinutes !== undefined && Number.isFinite(durationMinutes) && durationMinutes > 0;
  const holdMs = stated ? durationMinutes * minuteMs : defaultHoldMs;
  return { ...profile, holds: profile.holds.map((hold) => ({ ...hold, holdMs: hold.holdMs ?? holdMs })) };
}
