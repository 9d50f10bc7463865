import type { Direction, ZoneKind } from '@warmshift/domain';
import type { DeviceReadResult, DeviceRef, ListedDevice, Listing, VendorAdapter, VendorModule } from '../src';
import { VendorError } from '../src';
import type { ConformanceHarness, TrueDevice, VendorDouble } from './conformance-harness';
import type { InMemoryContext } from './in-memory-context';
import { inMemoryContext } from './in-memory-context';

/** An adapter with everything it was given, to look at afterwards. */
export interface Connected {
  readonly adapter: VendorAdapter;
  readonly context: Omit<InMemoryContext, 'clock'>;
}

/** The double of one suite, and adapters connected to it. */
export class ConformanceBench {
  private running: VendorDouble | undefined;

  constructor(
    readonly module: VendorModule,
    readonly harness: ConformanceHarness,
  ) {}

  get double(): VendorDouble {
    if (this.running === undefined) throw new Error('the double has not started');
    return this.running;
  }

  async start(): Promise<void> {
    this.running = await this.harness.start();
  }

  async stop(): Promise<void> {
    await this.running?.stop();
  }

  reset(): Promise<void> {
    return this.double.reset();
  }

  /** A connection of its own: no token, nothing remembered. */
  connect(credentials: Readonly<Record<string, unknown>> = this.double.credentials): Connected {
    const { module, double } = this;
    const context = {
      ...inMemoryContext({
        baseUrl: double.baseUrl,
        credentials: module.credentialsSchema.parse(credentials),
        settings: module.settingsSchema.parse(double.settings),
      }),
      clock: double.clock,
    };
    return { adapter: module.create(context), context };
  }

  /** A connection that has listed once: tokens are there. */
  async connected(): Promise<Connected & { readonly listing: Listing }> {
    const connection = this.connect();
    return { ...connection, listing: await connection.adapter.list() };
  }

  /** Values that must never be shown, of both sets of credentials. */
  secrets(): string[] {
    const { shape } = this.module.credentialsSchema;
    const names = Object.keys(shape).filter((name) => isSecret(shape[name]));
    const sets = [this.double.credentials, this.double.wrongCredentials];
    return sets.flatMap((set) => names.map((name) => String(set[name]))).filter((value) => value !== '');
  }

  async trueDevice(vendorDeviceId: string): Promise<TrueDevice> {
    const found = (await this.double.devices()).find((device) => device.vendorDeviceId === vendorDeviceId);
    if (found === undefined) throw new Error(`the double has no device ${vendorDeviceId}`);
    return found;
  }

  /** Every pair of zone and direction that the manifest claims. */
  claims(): { readonly zone: ZoneKind; readonly direction: Direction }[] {
    const { zones, steers } = this.module.manifest;
    return zones.flatMap((zone) => steers.map((direction) => ({ zone, direction })));
  }
}

function isSecret(field: unknown): boolean {
  return (field as { meta(): { secret?: boolean } | undefined }).meta()?.secret === true;
}

export function refOf({ vendorDeviceId, vendorSiteId, kind }: ListedDevice): DeviceRef {
  return { vendorDeviceId, vendorSiteId, kind };
}

export async function readAll(
  { adapter }: Connected,
  devices: readonly DeviceRef[],
): Promise<DeviceReadResult[]> {
  const results: DeviceReadResult[] = [];
  for await (const result of adapter.read(devices)) results.push(result);
  return results;
}

/** The error of a call that has to fail, which is one the contract knows. */
export async function vendorErrorOf(call: Promise<unknown>): Promise<VendorError> {
  const error = await call.then(
    (value) => new Error(`should have failed, but gave ${JSON.stringify(value)?.slice(0, 200)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof VendorError) return error;
  throw error;
}

/** Everything an operator or a log could see of an error. */
export function visible(error: Error): string {
  const own = Object.fromEntries(
    Object.getOwnPropertyNames(error).map((name) => [name, Reflect.get(error, name)]),
  );
  return JSON.stringify({ ...own, text: String(error), cause: error.cause && visible(error.cause as Error) });
}

export const sorted = (ids: readonly string[]): string[] => [...ids].sort();
export const idsOf = (listing: Listing): string[] =>
  sorted(listing.devices.map(({ vendorDeviceId }) => vendorDeviceId));
