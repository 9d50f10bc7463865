import { advanceJob } from '@warmshift/action-queue';
import { addToOutbox, at, iso, recordset, type Sql } from '@warmshift/db';
import {
  localDayOf,
  startsCeiling,
  type ActionPurpose,
  type Direction,
  type ExpectedDraw,
  type Instant,
  type PlannedAction,
} from '@warmshift/domain';
import type { ZoneContext } from '@warmshift/steerable-status';
import { vendorModule } from '@warmshift/vendors';
import { randomUUID } from 'node:crypto';

/** One planned action as it is written. */
export interface NewAction {
  readonly id: string;
  readonly zoneId: string;
  readonly deviceId: string;
  readonly connectionId: string;
  readonly zoneKind: string;
  readonly vendor: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly expectedYieldW: number;
  readonly baselineW: number;
  readonly cyclesReserved: number;
  readonly cycleDay: string;
  readonly dueAt: string;
  readonly maxOffsetK?: number | undefined;
}

export function newAction(
  action: PlannedAction,
  context: ZoneContext,
  expected: ExpectedDraw,
  maxOffsetK: number | undefined,
): NewAction {
  const leadMs = vendorModule(context.vendor).manifest.steering?.leadMs ?? 0;
  return {
    id: randomUUID(),
    zoneId: action.zoneId,
    deviceId: action.deviceId,
    connectionId: context.connectionId,
    zoneKind: context.facts.zone,
    vendor: context.vendor,
    startsAt: iso(action.span.startsAt),
    endsAt: iso(action.span.endsAt),
    expectedYieldW: action.expectedYieldW,
    baselineW: expected.meanW,
    cyclesReserved: action.cycleCost,
    cycleDay: localDayOf(action.span.startsAt, context.facts.timeZone),
    dueAt: iso(action.span.startsAt - leadMs),
    maxOffsetK,
  };
}

/** Planners of one supplier take turns from here to the end of their transactions. */
export async function lockPlanning(sql: Sql, supplierId: string): Promise<void> {
  await sql.rows('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`planning/${supplierId}`]);
}

/**
 * Zones that another campaign has planned for an overlapping time since the facts were read; one that was
 * pre-empted does not count, for plans that take devices from others leave it the time to.
 */
export async function takenMeanwhile(sql: Sql, actions: readonly NewAction[]): Promise<Set<string>> {
  const rows = await sql.rows<{ zoneId: string }>(
    `SELECT DISTINCT wish."zoneId"
     FROM jsonb_to_recordset($1::jsonb) AS wish("zoneId" uuid, "startsAt" timestamptz, "endsAt" timestamptz)
     JOIN actions action ON action.zone_id = wish."zoneId"
       AND action.state IN ('PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING')
       AND action.end_code IS DISTINCT FROM 'PREEMPTED'
       AND action.starts_at < wish."endsAt" AND wish."startsAt" < action.ends_at`,
    [recordset(actions)],
  );
  return new Set(rows.map((row) => row.zoneId));
}

/**
 * Takes the starts of all actions from the ledgers in one statement: what another campaign took since the facts were
 * read is seen here, so that a device can never be overbooked.
 *
 * @returns ids of the actions whose cycles were had.
 */
export async function takeCycles(
  sql: Sql,
  actions: readonly NewAction[],
  contexts: ReadonlyMap<string, ZoneContext>,
): Promise<Set<string>> {
  const free = actions.filter((action) => action.cyclesReserved === 0).map((action) => action.id);
  const costly = actions.filter((action) => action.cyclesReserved > 0);
  const perDevice = new Map<
    string,
    { deviceId: string; supplierId: string; cycleDay: string; wanted: number; ceiling: number | null }
  >();
  for (const action of costly) {
    const key = `${action.deviceId} ${action.cycleDay}`;
    const cycles = contexts.get(action.zoneId)!.facts.cycles;
    const known = perDevice.get(key);
    perDevice.set(key, {
      deviceId: action.deviceId,
      supplierId: contexts.get(action.zoneId)!.supplierId,
      cycleDay: action.cycleDay,
      wanted: (known?.wanted ?? 0) + action.cyclesReserved,
      ceiling: startsCeiling(cycles) ?? null,
    });
  }
  // In one order, so that two planners never wait for each other.
  const rows = [...perDevice].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, wish]) => wish);
  const had = await sql.rows<{ deviceId: string; cycleDay: string }>(
    `INSERT INTO cycle_ledger (device_id, supplier_id, local_day, reserved_starts)
     SELECT "deviceId", "supplierId", "cycleDay", wanted
     FROM jsonb_to_recordset($1::jsonb) AS wish("deviceId" uuid, "supplierId" uuid, "cycleDay" text, wanted int, ceiling int)
     WHERE ceiling IS NULL OR wanted <= ceiling
     ON CONFLICT (device_id, local_day) DO UPDATE SET reserved_starts = cycle_ledger.reserved_starts + excluded.reserved_starts
     WHERE cycle_ledger.observed_starts + cycle_ledger.reserved_starts + excluded.reserved_starts <= coalesce(
       (SELECT ceiling FROM jsonb_to_recordset($1::jsonb) AS wish("deviceId" uuid, "cycleDay" text, ceiling int)
        WHERE wish."deviceId" = excluded.device_id AND wish."cycleDay" = excluded.local_day), 2147483647)
     RETURNING device_id AS "deviceId", local_day AS "cycleDay"`,
    [recordset(rows)],
  );
  const granted = new Set(had.map(({ deviceId, cycleDay }) => `${deviceId} ${cycleDay}`));
  const paid = costly
    .filter((action) => granted.has(`${action.deviceId} ${action.cycleDay}`))
    .map((action) => action.id);
  return new Set([...free, ...paid]);
}

export async function insertActions(
  sql: Sql,
  occurrence: { readonly occurrenceId?: string | undefined; readonly supplierId: string },
  order: {
    readonly name: string;
    readonly direction: Direction;
    readonly purpose?: ActionPurpose | undefined;
  },
  actions: readonly NewAction[],
  now: Instant,
): Promise<void> {
  await sql.run(
    `INSERT INTO actions (id, supplier_id, occurrence_id, connection_id, device_id, zone_id, zone_kind, vendor, direction,
       purpose, starts_at, ends_at, state, expected_yield_w, baseline_w, cycles_reserved, cycle_day, due_at, max_offset_k,
       created_at)
     SELECT id, $2, $3, "connectionId", "deviceId", "zoneId", "zoneKind", vendor, $4, $6, "startsAt", "endsAt", 'PLANNED',
       "expectedYieldW", "baselineW", "cyclesReserved", "cycleDay", "dueAt", "maxOffsetK", $5
     FROM jsonb_to_recordset($1::jsonb) AS action(id uuid, "connectionId" uuid, "deviceId" uuid, "zoneId" uuid,
       "zoneKind" text, vendor text, "startsAt" timestamptz, "endsAt" timestamptz, "expectedYieldW" float8,
       "baselineW" float8, "cyclesReserved" int, "cycleDay" text, "dueAt" timestamptz, "maxOffsetK" float8)`,
    [
      recordset(actions),
      occurrence.supplierId,
      occurrence.occurrenceId ?? null,
      order.direction,
      at(now),
      order.purpose ?? 'campaign',
    ],
  );
  await sql.run(
    `INSERT INTO action_history (action_id, supplier_id, at, from_state, to_state, event, cause)
     SELECT id, $2, $3, 'PLANNED', 'PLANNED', 'planned', $4 FROM jsonb_to_recordset($1::jsonb) AS action(id uuid)`,
    [recordset(actions), occurrence.supplierId, at(now), `Planned for "${order.name}".`],
  );
  const jobs = actions.map((action) =>
    advanceJob({
      connectionId: action.connectionId,
      vendor: action.vendor,
      state: 'PLANNED',
      dueAt: Date.parse(action.dueAt),
      endsAt: Date.parse(action.endsAt),
      endRequestedAt: undefined,
    }),
  );
  await addToOutbox(sql, jobs, now);
}
