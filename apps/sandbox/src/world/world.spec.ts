import { dayMs, hourMs, slotMs } from '@warmshift/domain';
import { judge } from '../control/judgement';
import { powerBySlot } from '../control/power';
import { nextQuarter } from './heat-pump-schedule';
import type { SlotWord } from './heat-pump-types';
import type { HeatPumpDevice } from './heat-pump-device';
import { World } from './world';

const startsAt = Date.UTC(2026, 0, 15, 16);
const size = { heatingcontrol: 10, istabai: 2, nox: 12, microclimates: 1 };

function newWorld(seed = 1): World {
  return new World({ seed, size, startsAt, warmUpH: 24, realNow: () => 0 });
}

/** Everything a world has come to, as text. */
function fingerprint(world: World): string {
  return JSON.stringify([
    world.fleet.nox.map((d) => [d.identity, d.steered, d.twin]),
    world.fleet.heatingcontrol.heaters.map((d) => [d.identity, d.setting, d.steered, d.twin]),
    world.fleet.istabai.flatMap((home) =>
      home.rooms.map((d) => [d.identity, d.setpoints, d.steered, d.twin]),
    ),
  ]);
}

function steer(pump: HeatPumpDevice, world: World, dhw: SlotWord, room: SlotWord, slots: number): void {
  const words = (word: SlotWord): SlotWord[] =>
    Array.from({ length: 96 }, (_, slot) => (slot < slots ? word : 'auto'));
  pump.take({ startsAt: nextQuarter(world.now), words: { DHW: words(dhw), room: words(room) } }, world.now);
}

describe('a world', () => {
  it('is the same for the same seed, however it is moved on', () => {
    const inOneGo = newWorld();
    const inPieces = newWorld();
    inOneGo.advanceTo(startsAt + 6 * hourMs);
    for (let at = startsAt; at <= startsAt + 6 * hourMs; at += 70_000) inPieces.advanceTo(at);
    inPieces.advanceTo(startsAt + 6 * hourMs);
    expect(fingerprint(inPieces)).toBe(fingerprint(inOneGo));
  });

  it('is another for another seed', () => {
    expect(fingerprint(newWorld(2))).not.toBe(fingerprint(newWorld(1)));
  });

  it('stops between steps when it may not go on, and takes up from there', () => {
    const world = newWorld();
    expect(world.advanceTo(startsAt + hourMs, () => false)).toBe(false);
    expect(world.now).toBe(startsAt + 30_000);
    expect(world.advanceTo(startsAt + hourMs)).toBe(true);
    expect(world.now).toBe(startsAt + hourMs);
  });

  it('keeps every twin equal to its steered home while nobody steers', () => {
    const world = newWorld();
    world.advanceTo(startsAt + 12 * hourMs);
    for (const pump of world.fleet.nox) expect(pump.twin).toEqual(pump.steered);
    for (const heater of world.fleet.heatingcontrol.heaters) expect(heater.twin).toEqual(heater.steered);
    for (const { actualW, twinW } of powerBySlot(world, startsAt, world.now, undefined))
      expect(actualW).toBe(twinW);
  });

  it('has starts of today and power of today from before it was started', () => {
    const world = newWorld();
    const [slot] = powerBySlot(world, startsAt - 4 * hourMs, world.now, undefined);
    expect(slot!.actualW).toBeGreaterThan(5000);
    const pump = world.fleet.nox[0]!;
    const today = world.momentOf(pump).dayIndex;
    const total = world.fleet.nox.reduce((sum, device) => sum + device.records.startsOn(today).steered, 0);
    expect(total).toBeGreaterThan(world.fleet.nox.length);
  });
});

describe('steering a heat pump', () => {
  it('takes its power away for the window and leaves a rebound, against a twin that goes on', () => {
    const world = newWorld();
    for (const pump of world.fleet.nox) steer(pump, world, 'off', 'off', 8);
    world.advanceTo(startsAt + 4 * hourMs);
    const slots = powerBySlot(world, startsAt, startsAt + 4 * hourMs, undefined).map(
      (slot) => slot.byVendor.nox!,
    );
    const during = slots.slice(1, 8);
    expect(sum(during.map((slot) => slot.actualW))).toBeLessThan(
      0.25 * sum(during.map((slot) => slot.twinW)),
    );
    const after = slots.slice(9, 13);
    expect(sum(after.map((slot) => slot.actualW))).toBeGreaterThan(sum(after.map((slot) => slot.twinW)));
  });

  it('is told by `steering` from the schedule on until its last word has passed', () => {
    const world = newWorld();
    const [pump] = world.fleet.nox;
    steer(pump!, world, 'auto', 'off', 4);
    expect(pump!.steering(world.now)).toContain('room off');
    world.advanceTo(startsAt + hourMs + slotMs);
    expect(pump!.steering(world.now)).toBeUndefined();
    expect(pump!.records.steeredSpans).toMatchObject([{ startsAt, endsAt: startsAt + hourMs }]);
  });

  it('is overruled by the failsafe below 42 °C in the tank', () => {
    const world = newWorld();
    for (const pump of world.fleet.nox) steer(pump, world, 'off', 'auto', 96);
    let lowestC = 99;
    for (let at = startsAt; at < startsAt + 20 * hourMs; at += slotMs) {
      world.advanceTo(at);
      for (const pump of world.fleet.nox) lowestC = Math.min(lowestC, pump.steered.tankC);
    }
    expect(lowestC).toBeLessThan(43);
    expect(lowestC).toBeGreaterThan(39);
  });
});

describe('the judge', () => {
  it('finds nothing in a day without steering', () => {
    const world = newWorld();
    world.advanceTo(startsAt + dayMs);
    expect(judge(world, startsAt, world.now)).toMatchObject({
      cycles: { overThroughSteering: [] },
      comfort: { minutesBelowFloorThroughSteering: 0 },
      legionella: { missedThroughSteering: [] },
      steeredNow: [],
    });
  });

  it('finds heaters that were switched off for ten hours', () => {
    const world = newWorld();
    const heater = world.fleet.heatingcontrol.heaters.find(
      (h) => h.setting.mode === 'auto' && !h.params.store,
    )!;
    heater.setting = { ...heater.setting, mode: 'off' };
    world.advanceTo(startsAt + 10 * hourMs);
    const { comfort, steeredNow } = judge(world, startsAt, world.now) as {
      comfort: { minutesBelowFloorThroughSteering: number; devices: { vendorDeviceId: string }[] };
      steeredNow: { vendorDeviceId: string }[];
    };
    expect(comfort.minutesBelowFloorThroughSteering).toBeGreaterThan(30);
    expect(comfort.devices.map((d) => d.vendorDeviceId)).toEqual([heater.identity.vendorDeviceId]);
    expect(steeredNow.map((d) => d.vendorDeviceId)).toEqual([heater.identity.vendorDeviceId]);
  });

  it('finds starts that steering added beyond the limit', () => {
    const world = newWorld();
    const pump = world.fleet.nox.find((p) => p.settings.optimization_settings.flex_trading)!;
    const words = Array.from({ length: 96 }, (_, slot): SlotWord => (slot % 3 === 0 ? 'on' : 'off'));
    pump.settings.room.temperature_upper_bound = 10;
    pump.take({ startsAt, words: { DHW: words.map(() => 'auto'), room: words } }, startsAt);
    world.advanceTo(startsAt + dayMs);
    const { cycles } = judge(world, startsAt, world.now) as {
      cycles: {
        overThroughSteering: { vendorDeviceId: string; startsSteered: number; startsTwin: number }[];
      };
    };
    expect(cycles.overThroughSteering.map((row) => row.vendorDeviceId)).toContain(
      pump.identity.vendorDeviceId,
    );
  });

  it('finds a disinfection run that steering kept from happening', () => {
    const world = new World({
      seed: 1,
      size: { heatingcontrol: 0, istabai: 0, nox: 40, microclimates: 0 },
      startsAt,
      warmUpH: 24,
      realNow: () => 0,
    });
    for (let day = 0; day < 3; day++) {
      for (const pump of world.fleet.nox) steer(pump, world, 'off', 'auto', 96);
      world.advanceTo(startsAt + (day + 1) * dayMs);
    }
    const { legionella } = judge(world, startsAt, world.now) as {
      legionella: { missedThroughSteering: unknown[] };
    };
    expect(legionella.missedThroughSteering.length).toBeGreaterThan(5);
  });
});

describe('a customer who turns the dial', () => {
  it('changes the home and its twin alike, so that nothing is steered afterwards', () => {
    const world = newWorld();
    const heater = world.fleet.heatingcontrol.heaters[0]!;
    const room = world.fleet.istabai[0]!.rooms[0]!;
    const pump = world.fleet.nox[0]!;
    heater.setting = { mode: 'manual', manualC: 17 };
    for (const device of [heater, room, pump]) device.customerSets(22.5, world.now);
    world.advanceTo(startsAt + 2 * hourMs);
    for (const device of [heater, room, pump]) expect(device.steering(world.now)).toBeUndefined();
    expect(heater.twin.roomC).toBe(heater.steered.roomC);
    expect(pump.twin).toEqual(pump.steered);
  });

  it('comes from the seeded share of them in an evening, and not otherwise', () => {
    const evening = startsAt + 5 * hourMs;
    const changed = (overrideShare: number): number => {
      const world = new World({ seed: 1, size, startsAt, warmUpH: 24, overrideShare, realNow: () => 0 });
      const before = world.fleet.nox.map((pump) => pump.settings.room.preferred_temperature);
      world.advanceTo(evening);
      return world.fleet.nox.filter((p, i) => p.settings.room.preferred_temperature !== before[i]).length;
    };
    expect(changed(0)).toBe(0);
    expect(changed(0.5)).toBeGreaterThan(2);
  });
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
