import type { Report } from '@warmshift/campaigns';
import { ReadingPartitions } from '@warmshift/db';
import { hourMs, minuteMs, slotMs } from '@warmshift/domain';
import { testDatabase } from '../../support';
import { CampaignWorld, type DeviceRow } from '../../support/world';

describe('a report', () => {
  const db = testDatabase();
  let world: CampaignWorld;
  beforeEach(async () => {
    world = new CampaignWorld(db);
    await new ReadingPartitions(world.db).ensure([world.clock.now()]);
  });
  afterEach(() => world.close());

  /** A reading every minute. */
  async function readings(
    room: DeviceRow,
    { from, to }: { readonly from: number; readonly to: number },
    powerW: (at: number) => number,
    quality = 'reported',
  ): Promise<void> {
    const ats = Array.from({ length: (to - from) / minuteMs + 1 }, (_, minute) => from + minute * minuteMs);
    await db.query(
      `INSERT INTO readings (zone_id, measured_at, supplier_id, received_at, power_w, power_quality)
       SELECT $1, at, supplier_id, at, w, $4 FROM zones, unnest($2::timestamptz[], $3::float8[]) AS given(at, w)
       WHERE zones.id = $1`,
      [room.zoneId, ats.map((at) => new Date(at)), ats.map(powerW), quality],
    );
  }

  /** An occurrence of two slots from now, all of whose actions have ended. */
  async function occurrence(supplierId: string, leftOut: readonly object[] = []) {
    const window = { startsAt: world.clock.now(), endsAt: world.clock.now() + 2 * slotMs };
    const slots = [0, 1].map((slot) => ({
      startsAt: window.startsAt + slot * slotMs,
      targetW: 2_000,
      expectedW: 2_000,
      promisedW: 1_800,
      shortfallW: 200,
    }));
    const plan = { slots, leftOut, chosen: 3, reboundWh: 0 };
    const { occurrenceId } = await world.rows.occurrence(supplierId, window, {
      occurrence: { status: 'RESTORING', plan },
    });
    const sent = { sent_at: new Date(window.startsAt).toISOString() };
    const seen = { ...sent, active_at: sent.sent_at };
    const ended = { due_at: null, ended_at: new Date(window.endsAt).toISOString() };
    return { occurrenceId, window, sent, seen, ended };
  }

  const reportOf = async (supplierId: string, occurrenceId: string) => {
    await world.reports.finish(occurrenceId);
    return (await world.campaigns.occurrence(supplierId, occurrenceId)).report as Report;
  };

  it('counts hand-made readings, and nothing for what was never seen on the device', async () => {
    const { supplierId, rooms } = await world.fleet(3);
    const { occurrenceId, window, sent, seen, ended } = await occurrence(supplierId);
    const ends = [
      { state: 'RESTORED', ...seen },
      { state: 'FAILED', code: 'NOT_APPLIED', ...sent },
      { state: 'OVERRIDDEN', code: 'USER_OVERRIDE', ...seen },
    ];
    for (const [index, room] of rooms.entries()) {
      await world.rows.action(supplierId, occurrenceId, room, window, { ...ends[index], ...ended });
      await readings(room, { from: window.startsAt - slotMs, to: window.endsAt + slotMs }, (at) => {
        const inSecondSlot = at >= window.startsAt + slotMs;
        const steered = at >= window.startsAt && at < window.endsAt && !(index === 2 && inSecondSlot);
        return steered ? 100 : 1_500;
      });
    }
    expect(await reportOf(supplierId, occurrenceId)).toMatchObject({
      slots: [
        { askedW: 2_000, promisedW: 1_800, commandedW: 3_000, acknowledgedW: 2_000, observedW: 2_800 },
        { askedW: 2_000, promisedW: 1_800, commandedW: 3_000, acknowledgedW: 2_000, observedW: 1_400 },
      ],
      byVendor: [{ vendor: 'heatingcontrol', actions: 3, measured: 3, observedWh: 1_050 }],
      outcomes: { RESTORED: 1, FAILED: 1, OVERRIDDEN: 1 },
      reasons: { NOT_APPLIED: 1, USER_OVERRIDE: 1 },
    });
  });

  it('keeps what a vendor measured apart from what was worked out', async () => {
    const { supplierId, rooms } = await world.fleet(3);
    const { occurrenceId, window, seen, ended } = await occurrence(supplierId);
    for (const [index, room] of rooms.entries()) {
      await world.rows.action(supplierId, occurrenceId, room, window, {
        state: 'RESTORED',
        ...seen,
        ...ended,
      });
      const quality = ['reported', 'estimated'][index];
      if (quality)
        await readings(room, { from: window.startsAt - slotMs, to: window.endsAt }, () => 500, quality);
    }
    const slot = {
      commandedW: 3_000,
      acknowledgedW: 3_000,
      observedW: 2_000,
      reportedW: 1_000,
      estimatedW: 1_000,
    };
    expect(await reportOf(supplierId, occurrenceId)).toMatchObject({
      slots: [slot, slot],
      byVendor: [{ actions: 3, measured: 2, observedWh: 1_000 }],
    });
  });

  it('holds the steered rooms against those that were left alone', async () => {
    const { supplierId, rooms } = await world.fleet(4);
    const [alone, ...steered] = rooms;
    const { occurrenceId, window, seen, ended } = await occurrence(supplierId, [
      { zoneId: alone!.zoneId, code: 'HOLD_OUT' },
    ]);
    const around = { from: window.startsAt - hourMs - slotMs, to: window.endsAt };
    // It turns colder: without steering they would have drawn 1,500 W instead of 1,000 W.
    await readings(alone!, around, (at) => (at < window.startsAt ? 1_000 : 1_500));
    for (const room of steered) {
      await world.rows.action(supplierId, occurrenceId, room, window, {
        state: 'RESTORED',
        ...seen,
        ...ended,
      });
      await readings(room, around, (at) => (at < window.startsAt ? 1_000 : 200));
    }
    const { holdOut } = await reportOf(supplierId, occurrenceId);
    expect(holdOut).toMatchObject({ heldOutZones: 1, steeredZones: 3 });
    expect(holdOut!.scale).toBeCloseTo(1, 6);
    for (const { deliveredW } of holdOut!.slots) expect(deliveredW).toBeCloseTo(3 * 1_300, 6);
  });

  it('follows for two hours what came back, as far as they are over', async () => {
    const { supplierId, rooms } = await world.fleet(2);
    const { occurrenceId, window, seen, ended } = await occurrence(supplierId);
    const after = { from: window.endsAt, to: window.endsAt + 3 * hourMs };
    for (const room of rooms) {
      await world.rows.action(supplierId, occurrenceId, room, window, {
        state: 'RESTORED',
        ...seen,
        ...ended,
      });
      // 400 W above the 1,500 W that were expected, for half an hour.
      await readings(room, after, (at) => (at < window.endsAt + hourMs / 2 ? 1_900 : 1_500));
    }
    const rebound = async () =>
      world.reports.rebound(await world.campaigns.occurrence(supplierId, occurrenceId));
    world.clock.set(window.endsAt);
    expect(await rebound()).toEqual({ slots: [], reboundWh: 0 });
    world.clock.set(window.endsAt + slotMs + minuteMs);
    expect(await rebound()).toEqual({ slots: [{ startsAt: window.endsAt, reboundW: 800 }], reboundWh: 200 });
    world.clock.set(window.endsAt + 3 * hourMs);
    const { reboundWh, slots } = await rebound();
    expect(slots.map(({ reboundW }) => reboundW)).toEqual([800, 800, 0, 0, 0, 0, 0, 0]);
    expect(reboundWh).toBe(400);
  });
});
