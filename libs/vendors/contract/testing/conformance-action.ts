import type { Direction, ZoneKind } from '@warmshift/domain';
import type {
  CommandDecision,
  DeviceRef,
  Listing,
  RestoreDecision,
  Steering,
  SteeringIntent,
  VendorCommand,
  VendorState,
} from '../src';
import type { ConformanceBench } from './conformance-bench';
import { refOf } from './conformance-bench';
import { spanFrom } from './conformance-harness';

/** How far an action goes beyond the customer's own temperature, K. */
const byK = 2.5;
const rounds = 60;

/** One action on one zone, done step by step the way the service does it. */
export class ConformanceAction {
  command: VendorCommand | undefined;
  /** What is known of the restores so far, as the service would tell it. */
  lastRestore: SteeringIntent['lastRestore'];

  private constructor(
    private readonly bench: ConformanceBench,
    readonly steering: Steering,
    readonly device: DeviceRef,
    readonly intent: SteeringIntent,
    readonly snapshot: VendorState,
    readonly decision: CommandDecision,
  ) {
    if (decision.kind === 'command') this.command = decision.command;
  }

  /** Reads the snapshot of one zone and decides. */
  static async on(
    bench: ConformanceBench,
    steering: Steering,
    device: DeviceRef,
    aim: { readonly zone: ZoneKind; readonly direction: Direction; readonly customerC: number | undefined },
  ): Promise<ConformanceAction> {
    const snapshot = await steering.readState(device, 'steer');
    const now = bench.double.clock.now();
    const span = spanFrom(now);
    const { zone, direction } = aim;
    const customerC = aim.customerC ?? (zone === 'DHW' ? 48 : 20);
    const intent: SteeringIntent = {
      actionId: 'conformance',
      zone,
      direction,
      span,
      limitC: customerC + (direction === 'decrease' ? -byK : byK),
      deviceSpans: [{ zone, direction, span }],
    };
    const decision = steering.commandFor(deepFrozen(intent), deepFrozen(snapshot), now);
    return new ConformanceAction(bench, steering, device, intent, snapshot, decision);
  }

  async send(): Promise<void> {
    await this.steering.send(this.device, this.sent(), 'steer');
  }

  /** Waits on state, as long as the manifest says it may take after the command is in force. */
  async comparisonAfterSend(): Promise<string> {
    const { clock } = this.bench.double;
    const { readBackAfterMs, readBackUntilMs } = this.timing();
    let seen = 'pending';
    const giveUpAt = clock.now() + readBackUntilMs + quarterMs;
    while (seen !== 'applied' && clock.now() < giveUpAt) {
      await this.bench.double.advance(readBackAfterMs);
      const state = await this.steering.readState(this.device, 'steer');
      seen = this.steering.compare(this.sent(), this.snapshot, state, clock.now());
    }
    return seen;
  }

  /** Gives back until the adapter says it is done; returns how it ended and how often something was written. */
  async restore(): Promise<{ readonly end: RestoreDecision['kind']; readonly writes: number }> {
    const { readBackAfterMs, readBackUntilMs } = this.timing();
    const { clock } = this.bench.double;
    let writes = 0;
    let sentAt = -Infinity;
    for (let round = 0; round < rounds; round += 1) {
      const decision = await this.restoreDecision();
      if (decision.kind !== 'write') return { end: decision.kind, writes };
      if (clock.now() - sentAt > readBackUntilMs) {
        await this.steering.send(this.device, roundTrip(decision.command), 'restore');
        sentAt = clock.now();
        this.lastRestore = 'sent';
        writes += 1;
      }
      await this.bench.double.advance(readBackAfterMs);
    }
    return { end: 'write', writes };
  }

  async restoreDecision(): Promise<RestoreDecision> {
    return this.decisionOn(await this.steering.readState(this.device, 'restore'), this.lastRestore);
  }

  /** What follows from what the device shows now, by each of the things that may be known of earlier restores. */
  async restoreDecisions(): Promise<Record<'never' | 'inDoubt' | 'sent', RestoreDecision['kind']>> {
    const state = await this.steering.readState(this.device, 'restore');
    const kindFor = (lastRestore: SteeringIntent['lastRestore']) => this.decisionOn(state, lastRestore).kind;
    return { never: kindFor(undefined), inDoubt: kindFor('in_doubt'), sent: kindFor('sent') };
  }

  /** A restore that arrives and of which nothing can be stored: everything breaks off while it is on its way. */
  async giveBackUnheard(): Promise<void> {
    const decision = await this.restoreDecision();
    if (decision.kind !== 'write') throw new Error(`there is nothing to give back: ${decision.kind}`);
    await this.steering.send(this.device, roundTrip(decision.command), 'restore');
    this.lastRestore = 'in_doubt';
    await this.bench.double.advance(this.timing().readBackUntilMs);
  }

  private decisionOn(state: VendorState, lastRestore: SteeringIntent['lastRestore']): RestoreDecision {
    const now = this.bench.double.clock.now();
    return this.steering.restoreFor(
      deepFrozen({ ...this.intent, deviceSpans: [], lastRestore }),
      deepFrozen(this.sent()),
      deepFrozen(this.snapshot),
      deepFrozen(state),
      now,
    );
  }

  sent(): VendorCommand {
    if (this.command === undefined) throw new Error('the action was refused');
    return this.command;
  }

  private timing(): { readonly readBackAfterMs: number; readonly readBackUntilMs: number } {
    const { steering } = this.bench.module.manifest;
    if (steering === undefined) throw new Error('the manifest claims no steering');
    return steering;
  }
}

const quarterMs = 15 * 60_000;

/**
 * An action that the vendor's rules allow, on any listed device that can be steered this way now. Fails when there is none:
 * what a manifest claims must be shown.
 */
export async function allowedAction(
  bench: ConformanceBench,
  connection: { readonly listing: Listing; readonly adapter: { readonly steering?: Steering } },
  claim: { readonly zone: ZoneKind; readonly direction: Direction },
  purpose: 'any' | 'setpoint-known' = 'any',
): Promise<ConformanceAction> {
  const { steering } = connection.adapter;
  if (steering === undefined) throw new Error('the manifest claims steering, the adapter has none');
  const reasons = new Set<string>();
  for (const { device, customerC } of await steerableDevices(bench, connection, claim.zone)) {
    if (purpose === 'setpoint-known' && customerC === undefined) continue;
    const action = await ConformanceAction.on(bench, steering, device, { ...claim, customerC });
    if (action.decision.kind === 'command') return action;
    reasons.add(action.decision.reason);
  }
  throw new Error(`no device takes a ${claim.direction} of ${claim.zone}: ${[...reasons].join(' | ')}`);
}

/** Devices with the zone that the vendor controls and the truth has nothing against, with the customer's setpoint. */
async function steerableDevices(
  bench: ConformanceBench,
  { listing, adapter }: { readonly listing: Listing; readonly adapter: unknown },
  zone: ZoneKind,
): Promise<{ readonly device: DeviceRef; readonly customerC: number | undefined }[]> {
  const refused = new Set(
    (await bench.double.devices()).filter((d) => d.mustRefuse !== undefined).map((d) => d.vendorDeviceId),
  );
  const candidates = listing.devices.filter(
    (device) =>
      device.vendorControl &&
      device.online !== false &&
      device.zones.some(({ kind }) => kind === zone) &&
      !refused.has(device.vendorDeviceId),
  );
  const { read } = adapter as { read(devices: readonly DeviceRef[]): AsyncIterable<unknown> };
  const results = candidates.map(refOf).slice(0, 40);
  const setpoints = new Map<string, number | undefined>();
  for await (const result of read.call(adapter, results)) {
    const { device, zones } = result as {
      device: DeviceRef;
      zones?: readonly { kind: ZoneKind; reading: { setpointC?: number; online?: boolean } }[];
    };
    const reading = zones?.find(({ kind }) => kind === zone)?.reading;
    if (reading !== undefined && reading.online !== false)
      setpoints.set(device.vendorDeviceId, reading.setpointC);
  }
  return results
    .filter(({ vendorDeviceId }) => setpoints.has(vendorDeviceId))
    .map((device) => ({ device, customerC: setpoints.get(device.vendorDeviceId) }));
}

export function roundTrip<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** A copy that throws when somebody writes to it. */
export function deepFrozen<T>(value: T): T {
  const copy = structuredClone(value);
  const freeze = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    Object.freeze(part);
    Object.values(part).forEach(freeze);
  };
  freeze(copy);
  return copy;
}
