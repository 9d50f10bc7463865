import { hourMs, minuteMs, type Instant } from '../fleet';
import type { DisinfectionHold } from './profiles';
import { legionellaProfiles, defaultLegionellaProfile, type LegionellaProfile } from './profiles';

/** A completed run as it was recorded. */
export interface RecordedRun {
  readonly startedAt: Instant;
  readonly completedAt: Instant;
  readonly profileId: string;
}

export interface EvidenceRequest {
  readonly runs: readonly RecordedRun[];
  /** The rule in force, ms between the ends of two runs. */
  readonly intervalMs: number;
  readonly enrolledAt: Instant;
  /** The stretch reported on; what lies before enrolment is not part of it. */
  readonly from: Instant;
  readonly to: Instant;
  /** Profiles by which runs may have been judged; absent: the published ones. */
  readonly profiles?: readonly LegionellaProfile[] | undefined;
}

export interface EvidenceRun extends RecordedRun {
  /** How long the tank was seen at the profile's lowest temperature or above. */
  readonly heldMs: number;
  /** What it had to hold, any one of them; empty for a profile that is no longer known. */
  readonly holds: readonly DisinfectionHold[];
}

/** Between two runs (or enrolment, or the end of the report) more time passed than the rule allows. */
export interface EvidenceGap {
  readonly from: Instant;
  readonly to: Instant;
  readonly overMs: number;
  /** The gap is still open at the end of the report. */
  readonly open: boolean;
}

export interface LegionellaEvidence {
  readonly from: Instant;
  readonly to: Instant;
  readonly intervalMs: number;
  readonly runs: readonly EvidenceRun[];
  readonly gaps: readonly EvidenceGap[];
  /** No gap was longer than the rule. */
  readonly kept: boolean;
}

/** What is known of a tank's disinfection over a stretch of time: its runs, and every gap longer than the rule. */
export function legionellaEvidence(request: EvidenceRequest): LegionellaEvidence {
  const { intervalMs, to } = request;
  const from = Math.max(request.from, request.enrolledAt);
  const known = [...request.runs]
    .filter(({ completedAt }) => completedAt <= to)
    .sort((a, b) => a.completedAt - b.completedAt);
  const before = known.filter(({ completedAt }) => completedAt < from).at(-1);
  const runs = known.filter(({ completedAt }) => completedAt >= from);
  const gaps: EvidenceGap[] = [];
  let last = before?.completedAt ?? request.enrolledAt;
  for (const { startedAt, completedAt } of runs) {
    // A tank that was stored hot for days is safe all that time: the gap ends when the heat begins.
    if (startedAt - last > intervalMs) gaps.push(gapOf(last, startedAt, intervalMs, false));
    last = Math.max(last, completedAt);
  }
  if (to - last > intervalMs) gaps.push(gapOf(last, to, intervalMs, true));
  return {
    from,
    to,
    intervalMs,
    runs: runs.map((run) => evidenceRun(run, request.profiles)),
    gaps,
    kept: gaps.length === 0,
  };
}

function gapOf(from: Instant, to: Instant, intervalMs: number, open: boolean): EvidenceGap {
  return { from, to, overMs: to - from - intervalMs, open };
}

function evidenceRun(
  run: RecordedRun,
  profiles: readonly LegionellaProfile[] = legionellaProfiles,
): EvidenceRun {
  const profile = [...profiles, defaultLegionellaProfile].find(({ id }) => id === run.profileId);
  return { ...run, heldMs: run.completedAt - run.startedAt, holds: profile?.holds ?? [] };
}

/** The first line of the report. Columns are only ever added at its end. */
export const evidenceCsvHeader =
  'device_id,record,started_at,completed_at,held_minutes,profile,required,interval_hours,over_hours,open';

/** The report as CSV (RFC 4180, UTC, one line per run and per gap, in order of time). `deviceId` is repeated on every line. */
export function evidenceCsv(deviceId: string, evidence: LegionellaEvidence): string {
  const intervalHours = hours(evidence.intervalMs);
  const lines = [
    ...evidence.runs.map((run) => ({
      at: run.completedAt,
      cells: [
        'run',
        iso(run.startedAt),
        iso(run.completedAt),
        String(Math.round(run.heldMs / minuteMs)),
        run.profileId,
        run.holds.map(required).join(' or '),
        intervalHours,
        '',
        '',
      ],
    })),
    ...evidence.gaps.map((gap) => ({
      at: gap.to,
      cells: [
        'gap',
        iso(gap.from),
        iso(gap.to),
        '',
        '',
        '',
        intervalHours,
        hours(gap.overMs),
        String(gap.open),
      ],
    })),
  ].sort((a, b) => a.at - b.at);
  return (
    [evidenceCsvHeader, ...lines.map(({ cells }) => [deviceId, ...cells].map(cell).join(','))].join('\r\n') +
    '\r\n'
  );
}

function required({ temperatureC, holdMs }: DisinfectionHold): string {
  return holdMs === undefined
    ? `${temperatureC} °C for the device's own time`
    : `${temperatureC} °C for ${holdMs / minuteMs} min`;
}

function hours(ms: number): string {
  return String(Math.round((ms / hourMs) * 10) / 10);
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}

/** Quoted where needed; a leading formula sign is made harmless for spreadsheets. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
