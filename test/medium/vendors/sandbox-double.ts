import type { Instant } from '@warmshift/domain';
import type {
  ConformanceFault,
  ConformanceHarness,
  VendorDouble,
} from '../../../libs/vendors/contract/testing/conformance-harness';
import { SandboxProcess } from './sandbox-process';
import type { SandboxConnection, SandboxDevice } from './sandbox-process';

export interface SandboxDoubleOptions {
  readonly vendor: string;
  /** Command line that sizes the fleet. */
  readonly size: readonly string[];
  /** What the credentials are changed to. */
  readonly wrong: Readonly<Record<string, unknown>>;
  readonly supports: (fault: ConformanceFault) => boolean;
  readonly takesNoLimit?: boolean | undefined;
}

const startsAt = Date.UTC(2026, 0, 15, 16);
/** Real ms; well within every time-out. */
const slowMs = 50;

/** The sandbox as the double of one vendor: a process of its own whose clock the suite moves. */
export function sandboxHarness(options: SandboxDoubleOptions): ConformanceHarness {
  const { supports, takesNoLimit } = options;
  return { start: () => SandboxDouble.start(options), supports, takesNoLimit, timeoutMs: 120_000 };
}

class SandboxDouble implements VendorDouble {
  readonly clock = { now: (): Instant => this.at, realMs: (virtualMs: number): number => virtualMs };
  private at = startsAt;

  private constructor(
    private readonly options: SandboxDoubleOptions,
    private readonly sandbox: SandboxProcess,
    private readonly connection: SandboxConnection,
  ) {}

  static async start(options: SandboxDoubleOptions): Promise<VendorDouble> {
    const none = ['heatingcontrol', 'istabai', 'nox', 'microclimates'].flatMap((name) => [`--${name}`, '0']);
    const sandbox = await SandboxProcess.start(
      ['--manual-clock', '--warm-up-h', '24', ...none, ...options.size],
      {
        CLOCK_VIRTUAL_START: new Date(startsAt).toISOString(),
        CLOCK_REAL_START: new Date().toISOString(),
        CLOCK_SCALE: '1',
      },
    );
    const connections = await sandbox.get<SandboxConnection[]>('/connections');
    const connection = connections.find(({ vendor }) => vendor === options.vendor);
    if (connection === undefined) throw new Error(`the sandbox does not play ${options.vendor}`);
    const double = new SandboxDouble(options, sandbox, connection);
    await double.advance(0);
    return double;
  }

  get baseUrl(): string {
    return this.connection.baseUrl;
  }
  get credentials(): VendorDouble['credentials'] {
    return this.connection.credentials;
  }
  get wrongCredentials(): VendorDouble['credentials'] {
    return { ...this.connection.credentials, ...this.options.wrong };
  }
  get settings(): VendorDouble['settings'] {
    return this.connection.settings;
  }

  async advance(ms: number): Promise<void> {
    const { now } = await this.sandbox.post<{ now: string }>('/clock', { advanceMs: ms });
    this.at = Date.parse(now);
  }

  async devices(): ReturnType<VendorDouble['devices']> {
    const devices = await this.fleet();
    return devices.map(({ vendorDeviceId, zones, ratedPowerW, temperatureC, mustRefuse }) => ({
      vendorDeviceId,
      zones,
      temperatureC,
      ratedPowerW: ratedPowerW > 0 ? ratedPowerW : undefined,
      mustRefuse: mustRefuse ?? undefined,
    }));
  }

  async isSteered(vendorDeviceId: string): Promise<boolean> {
    const device = (await this.fleet()).find((found) => found.vendorDeviceId === vendorDeviceId);
    if (device === undefined) throw new Error(`the sandbox has no device ${vendorDeviceId}`);
    return device.steering !== null;
  }

  async customerSets(vendorDeviceId: string, setpointC: number): Promise<void> {
    await this.sandbox.post('/overrides', { vendor: this.options.vendor, vendorDeviceId, setpointC });
  }

  async switchOn(
    fault: ConformanceFault,
    { share = fault === 'offline-devices' ? 0.5 : 1, seed = 1 }: { share?: number; seed?: number } = {},
  ): Promise<void> {
    const { vendor } = this.options;
    await this.sandbox.post('/faults', { vendor, fault, on: true, share, seed, delayMs: slowMs });
  }

  async reset(): Promise<void> {
    await this.sandbox.post('/reset-faults', {});
  }

  async requests(): Promise<number> {
    const { vendors } = await this.sandbox.get<{ vendors: { vendor: string; total: number }[] }>('/requests');
    return vendors.find(({ vendor }) => vendor === this.options.vendor)?.total ?? 0;
  }

  stop(): Promise<void> {
    return this.sandbox.stop();
  }

  private async fleet(): Promise<SandboxDevice[]> {
    const { devices } = await this.sandbox.get<{ devices: SandboxDevice[] }>('/fleet');
    return devices.filter(({ vendor }) => vendor === this.options.vendor);
  }
}
