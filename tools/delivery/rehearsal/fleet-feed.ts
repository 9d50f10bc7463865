import { minuteMs, slotMs, type Instant } from '@warmshift/domain';
import { vendorModule } from '@warmshift/vendors';
import type {
  DeviceRef,
  StoredToken,
  VendorAdapter,
  VendorContext,
  ZoneReading,
} from '@warmshift/vendors/contract';
import { readingOf as heaterReading, stateSchema } from '@warmshift/vendors/heatingcontrol';
import { homeSchema, readingOf as roomReading, roomSchema } from '@warmshift/vendors/istabai';
import { stateView } from '../../../apps/sandbox/src/clouds/heatingcontrol/heatingcontrol-views';
import { homeView, roomView } from '../../../apps/sandbox/src/clouds/istabai/istabai-views';
import { istabaiTimeZone } from '../../../apps/sandbox/src/world/fleet-istabai';
import type { Sandbox } from '../../../apps/sandbox/src/sandbox';
import type { MemoryFleet } from '../../replay/memory-fleet';
import { HomeReader } from '../../replay/read-homes';

const readEveryMs = 5 * minuteMs;
/** Quarter-hour states carry a time of up to 25 s after the quarter. */
const quarterReadAfterMs = minuteMs;

interface Clock {
  now(): Instant;
}

/**
 * Feeds a fleet in memory with what the vendors show. Devices are listed, and read for the first time, by the vendor packages over HTTP;
 * afterwards the sandbox's answers go to the packages' own mapping without HTTP, at the cadence at which the service reads.
 */
export class FleetFeed {
  private readonly pumps: HomeReader;
  private readonly settings: { readonly ratedPowerW: Record<string, number>; readonly timeZone: string };

  constructor(
    private readonly sandbox: Sandbox,
    private readonly fleet: MemoryFleet,
    private readonly clock: Clock,
    seed: number,
  ) {
    const { faults, world } = sandbox;
    this.pumps = new HomeReader({ seed, world, faults, now: () => clock.now() }, fleet);
    const rooms = world.fleet.istabai.flatMap((home) => home.rooms);
    this.settings = {
      ratedPowerW: Object.fromEntries(
        rooms.map(({ identity }) => [identity.vendorDeviceId, identity.ratedPowerW]),
      ),
      timeZone: istabaiTimeZone,
    };
  }

  async enrol(baseUrl: string): Promise<void> {
    const { credentials } = this.sandbox;
    for (const vendor of ['heatingcontrol', 'istabai', 'nox'] as const) {
      const url = `${baseUrl}/${vendor}${vendor === 'istabai' ? '/2' : ''}`;
      const settings = vendor === 'istabai' ? this.settings : {};
      const adapter = vendorModule(vendor).create(
        contextOf(this.clock, url, credentials[vendor], settings, vendor),
      );
      const { devices, sites } = await adapter.list();
      this.fleet.take(devices, { vendor, sites });
      await this.firstRead(adapter, devices);
    }
    this.pumps.readSettings();
  }

  /** What is due to be read in this minute; a vendor's devices take turns as the service asks one after the other. */
  read(now: Instant): void {
    const turn = Math.round((now % readEveryMs) / minuteMs);
    const turns = Math.round(readEveryMs / minuteMs);
    const { heatingcontrol, istabai } = this.sandbox.world.fleet;
    heatingcontrol.heaters.forEach((heater, i) => {
      if (i % turns !== turn) return;
      this.ingest(heater.identity.vendorDeviceId, () =>
        heaterReading(stateSchema.parse(stateView(heater)), undefined, now),
      );
    });
    istabai.forEach((home, i) => {
      const [first] = home.rooms;
      if (i % turns !== turn || !first) return;
      const wire = homeSchema.parse(homeView(home, this.sandbox.world.momentOf(first), now));
      for (const room of home.rooms) {
        this.ingest(room.identity.vendorDeviceId, () =>
          roomReading(roomSchema.parse(roomView(room)), wire, this.settings, now),
        );
      }
    });
    if (now % slotMs === quarterReadAfterMs) this.pumps.read(now);
  }

  private ingest(id: string, reading: () => ZoneReading | undefined): void {
    const device = this.fleet.devices.get(id);
    if (!device || device.zones.size === 0) return;
    const read = reading();
    if (read) this.fleet.ingest(device, [{ kind: 'room', reading: read }]);
  }

  private async firstRead(adapter: VendorAdapter, devices: readonly DeviceRef[]): Promise<void> {
    for await (const result of adapter.read(devices)) {
      const device = this.fleet.devices.get(result.device.vendorDeviceId);
      if (device && 'zones' in result) this.fleet.ingest(device, result.zones);
    }
  }
}

/** The adapter's ports in memory; nothing is paced, the clock stands still between two minutes. */
function contextOf(
  clock: Clock,
  baseUrl: string,
  credentials: Readonly<Record<string, unknown>>,
  settings: Readonly<Record<string, unknown>>,
  connectionId: string,
): VendorContext {
  const memory = new Map<string, string>();
  let token: StoredToken | undefined;
  return {
    connectionId,
    baseUrl,
    localHost: true,
    credentials,
    settings,
    clock: { now: () => clock.now(), realMs: (virtualMs) => virtualMs },
    pacer: { take: () => Promise.resolve(), backOff: () => Promise.resolve() },
    tokens: {
      read: () => Promise.resolve(token),
      renew: async (_rejected, fetch) => {
        const fresh = await fetch();
        token = fresh;
        return fresh;
      },
    },
    memory: {
      get: (key) => Promise.resolve(memory.get(key)),
      set: (key, value) => Promise.resolve(void memory.set(key, value)),
    },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
  };
}
