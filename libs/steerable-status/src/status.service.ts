import type { Clock } from '@warmshift/config';
import type { Database } from '@warmshift/db';
import {
  assess,
  dayMs,
  localDayOf,
  minuteMs,
  type ActionPurpose,
  type Assessment,
  type Direction,
  type Instant,
  type Span,
  type ZoneFacts,
  type ZoneKind,
} from '@warmshift/domain';
import type { FactsRow } from './facts-row';
import type { StatusRepository } from './status.repository';
import { zoneContext, type ZoneContext } from './zone-context';

/** An action that asks to go out. */
export interface ActionToDispatch {
  readonly actionId: string;
  readonly zoneId: string;
  readonly direction: Direction;
  readonly purpose: ActionPurpose;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly cyclesReserved: number;
  /** Local day from whose ledger they were taken. */
  readonly cycleDay: string;
}

const scopes = {
  supplier: 'supplier_id',
  connection: 'connection_id',
  site: 'site_id',
  device: 'id',
} as const;

/** What an action asks of its device: a schedule holds those of all its zones. */
export interface LiveSpan {
  readonly actionId: string;
  readonly zone: ZoneKind;
  readonly direction: Direction;
  readonly span: Span;
}

/** `facts` are absent when the device is no longer there. */
export interface DispatchAnswer {
  readonly assessment: Assessment;
  readonly facts?: ZoneFacts | undefined;
  /** Of the device's other actions that are on it, or about to be, and not about to be given back; by their starts. */
  readonly otherSpans: readonly LiveSpan[];
}

/** Zones loaded and assessed at once. */
const batch = 2_000;
/** A stored status is never older than this. */
export const maxStatusAgeMs = minuteMs;
/** How often all ages are looked at, which reads the whole table. */
const lookEveryMs = maxStatusAgeMs / 10;
/** Assessed in one call of `refresh`: as many as take a few seconds. */
const refreshLimit = 20_000;
/** Assessed while somebody waits: as many as take about a second. */
const atOnceLimit = 5_000;

/** Loads facts, asks `assess()`, stores what it said. The rules themselves are in the domain. */
export class StatusService {
  private nextLookAt: Instant = 0;

  constructor(
    private readonly db: Database,
    private readonly statuses: StatusRepository,
    private readonly clock: Clock,
  ) {}

  /** Facts of zones, for planning a window from `startsAt`. Zones of retired devices are left out. */
  async contexts(zoneIds: readonly string[], now: Instant, startsAt = now): Promise<ZoneContext[]> {
    const contexts: ZoneContext[] = [];
    for (let from = 0; from < zoneIds.length; from += batch) {
      const rows = await this.statuses.facts(zoneIds.slice(from, from + batch), now, startsAt);
      for (const row of rows) contexts.push(zoneContext(row, now, undefined, startsAt));
    }
    return contexts;
  }

  /**
   * Asked again right before sending, with the newest facts; the action's own reservation does not count against it.
   *
   * @returns the facts too, unless the device is no longer there.
   */
  async assessForDispatch(action: ActionToDispatch, now: Instant): Promise<DispatchAnswer> {
    const [answer] = await this.assessAllForDispatch([action], now);
    return answer ?? gone;
  }

  /** The same for many at once, in their order. Ledgers are loaded by the day, so actions of one UTC day share a statement. */
  async assessAllForDispatch(actions: readonly ActionToDispatch[], now: Instant): Promise<DispatchAnswer[]> {
    const startOf = (action: ActionToDispatch): Instant => Math.max(now, action.startsAt);
    const days = new Map<number, ActionToDispatch[]>();
    for (const action of actions) {
      const day = Math.floor(startOf(action) / dayMs);
      days.set(day, [...(days.get(day) ?? []), action]);
    }
    const rows = new Map<string, FactsRow>();
    for (const [day, ofDay] of days) {
      const zoneIds = [...new Set(ofDay.map(({ zoneId }) => zoneId))];
      const startsAt = Math.min(...ofDay.map(startOf));
      for (const row of await this.statuses.facts(zoneIds, now, startsAt))
        rows.set(`${day} ${row.zoneId}`, row);
    }
    return actions.map((action) => {
      const startsAt = startOf(action);
      const row = rows.get(`${Math.floor(startsAt / dayMs)} ${action.zoneId}`);
      return row ? answerFor(action, row, now, startsAt) : gone;
    });
  }

  /** The next batch is read from Postgres while this one is assessed and stored. @returns how many codes changed. */
  async recompute(zoneIds: readonly string[]): Promise<number> {
    let changed = 0;
    let loading = this.load(zoneIds.slice(0, batch));
    for (let from = batch; from < zoneIds.length + batch; from += batch) {
      const { rows, now } = await loading;
      loading = this.load(zoneIds.slice(from, from + batch));
      loading.catch(() => undefined); // awaited in the next turn, unless storing fails first
      changed += await this.statuses.store(
        rows.map((row) => ({
          zoneId: row.zoneId,
          supplierId: row.supplierId,
          assessment: assess(zoneContext(row, now).facts, now),
        })),
        now,
      );
    }
    return changed;
  }

  private async load(zoneIds: readonly string[]): Promise<{ rows: FactsRow[]; now: Instant }> {
    const now = this.clock.now();
    return { rows: zoneIds.length === 0 ? [] : await this.statuses.facts(zoneIds, now), now };
  }

  recomputeConnection(connectionId: string): Promise<number> {
    return this.recomputeAll('connection', connectionId);
  }

  /** All zones of it. @returns how many codes changed. */
  async recomputeAll(scope: keyof typeof scopes, ...ids: readonly string[]): Promise<number> {
    return this.recompute(await this.zonesOf(scope, ids, undefined));
  }

  /**
   * After a setting of the supplier, connection, site or device has changed, while somebody waits for the answer: of more
   * than 5,000 zones the rest follows within a minute, by `refresh`.
   */
  async recomputeAtOnce(scope: keyof typeof scopes, ...ids: readonly string[]): Promise<void> {
    await this.recompute(await this.zonesOf(scope, ids, atOnceLimit));
  }

  private async zonesOf(
    scope: keyof typeof scopes,
    ids: readonly string[],
    limit: number | undefined,
  ): Promise<string[]> {
    const rows = await this.db.rows<{ id: string }>(
      `SELECT zone.id FROM zones zone JOIN devices device ON device.id = zone.device_id
       WHERE device.${scopes[scope]} = ANY($1::uuid[]) AND device.retired_at IS NULL ORDER BY zone.id LIMIT $2`,
      [ids, limit ?? null],
    );
    return rows.map((row) => row.id);
  }

  /**
   * Called every second. Whatever would be older than a minute before the next look at the ages, and whatever waited for
   * an instant that has come. @returns how many were assessed.
   */
  async refresh(limit = refreshLimit): Promise<number> {
    const now = this.clock.now();
    const lookAtAges = now >= this.nextLookAt;
    const ids = lookAtAges
      ? await this.statuses.outdated(now, maxStatusAgeMs - 2 * lookEveryMs, limit)
      : await this.statuses.eligibleAgain(now, limit);
    if (lookAtAges && ids.length < limit) this.nextLookAt = now + lookEveryMs;
    await this.recompute(ids);
    return ids.length;
  }
}

function answerFor(action: ActionToDispatch, row: FactsRow, now: Instant, startsAt: Instant): DispatchAnswer {
  const { facts } = zoneContext(row, now, action.actionId, startsAt);
  const ownDay = localDayOf(startsAt, facts.timeZone) === action.cycleDay;
  const assessment = assess(facts, now, {
    direction: action.direction,
    purpose: action.purpose,
    span: { startsAt: action.startsAt, endsAt: action.endsAt },
    cyclesReserved: ownDay ? action.cyclesReserved : undefined,
  });
  return { assessment, facts, otherSpans: otherSpansOf(row, action.actionId) };
}

const onDevice: ReadonlySet<string> = new Set(['DISPATCHING', 'SENT', 'ACTIVE']);

function otherSpansOf({ liveActions }: FactsRow, actionId: string): LiveSpan[] {
  return (liveActions ?? [])
    .filter((other) => other.actionId !== actionId && onDevice.has(other.state) && !other.endRequested)
    .sort((a, b) => a.startsAt - b.startsAt || (a.zone < b.zone ? -1 : 1))
    .map(({ actionId, zone, direction, startsAt, endsAt }) => ({
      actionId,
      zone,
      direction,
      span: { startsAt, endsAt },
    }));
}

const gone: DispatchAnswer = {
  assessment: {
    canActivate: false,
    inActive: false,
    code: 'OFFLINE',
    reason: 'The vendor no longer lists this device.',
  },
  otherSpans: [],
};
