import type { Instant } from '@warmshift/domain';
import type { LocalMoment } from '../../world/local-time';
import type { ThermostatHome, ThermostatRoom } from '../../world/thermostat-home';
import { oneDecimal } from '../cloud-context';

export function homeView(home: ThermostatHome, moment: LocalMoment, now: Instant): Record<string, unknown> {
  const next = home.nextMode(moment, now);
  return {
    id: home.id,
    name: home.name,
    rooms: home.rooms.length,
    last_motion: null,
    mode: home.modeFor(home.setting, moment),
    next_mode: next
      ? { mode: next.mode, starts: Math.round(next.startsAt / 1000), enabled: home.setting.auto }
      : null,
    warnings: warningsOf(home).length,
    pro: true,
  };
}

export function roomView(room: ThermostatRoom): Record<string, unknown> {
  const { traits, setpoints } = room;
  return {
    id: traits.roomId,
    read_only: traits.readOnly,
    name: room.identity.name,
    temperature: oneDecimal(room.reportedC),
    min_temperature: traits.minC,
    max_temperature: traits.maxC,
    set_temperature: { ...setpoints },
    temperature_eta_multipliers: [
      { from: 10, to: 15, heatup: 60, cooldown: 50 },
      { from: 15, to: 20, heatup: 120, cooldown: 100 },
      { from: 20, to: 25, heatup: 180, cooldown: 200 },
    ],
    device: {
      faulty: traits.faulty,
      battery: traits.battery,
      charging: false,
      signal: traits.signal,
      last_data: Math.floor(room.reportedAt / 1000),
    },
    last_motion: null,
  };
}

export function warningsOf(home: ThermostatHome): readonly { readonly text: string }[] {
  return home.rooms
    .filter((room) => room.traits.faulty)
    .map((room) => ({
      text: `The temperature sensor (#${room.traits.roomId} - ${room.identity.name}) isn't connecting to the base station. Check the battery level or its location.`,
    }));
}
