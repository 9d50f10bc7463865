import { assess, setpointFor, slotMs, type Instant, type PlannedAction, type Span } from '@warmshift/domain';
import { vendorModule } from '@warmshift/vendors';
import type { Vendor } from '../../../apps/sandbox/src/world/device';
import { HeatPumpDevice } from '../../../apps/sandbox/src/world/heat-pump-device';
import { scheduleSlots } from '../../../apps/sandbox/src/world/heat-pump-schedule';
import { HeaterDevice, type HeaterSetting } from '../../../apps/sandbox/src/world/heater-device';
import { ThermostatRoom, type Setpoints } from '../../../apps/sandbox/src/world/thermostat-home';
import type { World } from '../../../apps/sandbox/src/world/world';
import type { MemoryFleet } from '../../replay/memory-fleet';

export interface Held {
  readonly action: PlannedAction;
  span: Span;
  state: 'PLANNED' | 'ACTIVE' | 'ENDED' | 'SKIPPED';
  code?: string | undefined;
  before?: HeaterSetting | Setpoints | undefined;
}

const kindOf = (zoneId: string) => (zoneId.endsWith('/DHW') ? 'DHW' : 'room');

/**
 * Steers the simulated homes without a network: an action is asked of the rules once more when it is due, as the dispatcher does, and
 * takes hold `lagMs` later. Heat pumps get a schedule of whole quarters ahead of its first one.
 */
export class Hands {
  readonly held: Held[] = [];

  constructor(
    private readonly fleet: MemoryFleet,
    private readonly world: World,
    private readonly lagMs: number,
  ) {}

  take(actions: readonly PlannedAction[]): void {
    for (const action of actions) this.held.push({ action, span: action.span, state: 'PLANNED' });
  }

  /** Does what is due now. */
  advance(now: Instant): void {
    for (const held of this.held) {
      const { device } = this.fleet.find(held.action.zoneId);
      const leadMs = vendorModule(device.vendor).manifest.steering?.leadMs ?? 0;
      const lagMs = leadMs > 0 ? -leadMs : this.lagMs;
      if (held.state === 'PLANNED' && now >= held.span.startsAt + lagMs) this.start(held, now);
      if (held.state === 'ACTIVE' && now >= held.span.endsAt) this.end(held, now);
    }
  }

  get skipped(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { code } of this.held) if (code !== undefined) counts[code] = (counts[code] ?? 0) + 1;
    return counts;
  }

  private start(held: Held, now: Instant): void {
    const { zoneId } = held.action;
    const question = { startsAt: Math.max(now, held.span.startsAt) };
    const { facts } = this.fleet.context(zoneId, now, question);
    const span = { ...held.span, startsAt: question.startsAt };
    const asked = assess(facts, now, { direction: 'decrease', span, cyclesReserved: 0 });
    const limitC = setpointFor({ direction: 'decrease', facts });
    if (!asked.canActivate || limitC === undefined) {
      held.state = 'SKIPPED';
      held.code = asked.canActivate ? 'NO_HEADROOM' : asked.code;
      return;
    }
    held.state = 'ACTIVE';
    const device = this.device(zoneId);
    if (device instanceof HeatPumpDevice) this.schedule(device, now);
    else if (device instanceof HeaterDevice) {
      held.before = device.setting;
      device.setting = { mode: 'manual', manualC: Math.ceil(limitC * 2 - 1e-9) / 2 };
    } else if (device instanceof ThermostatRoom) {
      held.before = { ...device.setpoints };
      const lowC = Math.ceil(limitC * 2 - 1e-9) / 2;
      for (const key of ['day', 'night', 'eco', 'temp'] as const)
        device.setpoints[key] = Math.min(device.setpoints[key], lowC);
    }
  }

  private end(held: Held, now: Instant): void {
    held.state = 'ENDED';
    const { zone } = this.fleet.find(held.action.zoneId);
    zone.lastActionEndedAt = now;
    const device = this.device(held.action.zoneId);
    if (device instanceof HeatPumpDevice) this.schedule(device, now);
    else if (device instanceof HeaterDevice) device.setting = held.before as HeaterSetting;
    else if (device instanceof ThermostatRoom) Object.assign(device.setpoints, held.before);
  }

  /** All live spans of the device, from the next quarter on. */
  private schedule(device: HeatPumpDevice, now: Instant): void {
    const startsAt = Math.ceil(now / slotMs) * slotMs;
    const id = device.identity.vendorDeviceId;
    const live = this.held.filter(
      ({ action, state }) => state === 'ACTIVE' && action.zoneId.startsWith(`${id}/`),
    );
    const words = (kind: 'DHW' | 'room') =>
      Array.from({ length: scheduleSlots }, (_, n) => {
        const slot = startsAt + n * slotMs;
        const covered = live.some(
          ({ action, span }) =>
            kindOf(action.zoneId) === kind && span.startsAt <= slot && slot + slotMs <= span.endsAt,
        );
        return covered ? ('off' as const) : ('auto' as const);
      });
    device.take({ startsAt, words: { DHW: words('DHW'), room: words('room') } }, now);
  }

  private device(zoneId: string) {
    const { device } = this.fleet.find(zoneId);
    const found = this.world.device(device.vendor as Vendor, device.deviceId);
    if (!found) throw new Error(`There is no home of ${zoneId}.`);
    return found;
  }
}
