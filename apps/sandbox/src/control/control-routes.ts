import { dayMs } from '@warmshift/domain';
import type { CloudContext, SandboxCredentials } from '../clouds/cloud-context';
import { istabaiTimeZone } from '../world/fleet-istabai';
import { fieldsOf } from '../http/body';
import type { Reply, Route, SandboxRequest } from '../http/routes';
import { faultCatalogue, type FaultName } from './faults';
import { judge } from './judgement';
import { powerBySlot } from './power';
import { BadControlRequest, guarded, instantOf, iso, numberOf, vendorOf } from './query';
import type { RequestLog } from './request-log';
import type { WriteLedger } from './write-ledger';

export interface ControlParts {
  readonly context: CloudContext;
  readonly credentials: SandboxCredentials;
  readonly writes: WriteLedger;
  readonly requests: RequestLog;
  /** Present when the clock stands still by itself. */
  readonly moveClock?: ((ms: number) => void) | undefined;
  /** Of this server, without a trailing slash. */
  baseUrl(): string;
}

/** The side that no vendor has: the truth, the judge and the switches. */
export function controlRoutes(parts: ControlParts): readonly Route[] {
  const { faults } = parts.context;
  const route = (
    method: Route['method'],
    pattern: string,
    handle: (request: SandboxRequest) => unknown,
  ): Route => ({
    method,
    pattern,
    handle: (request): Reply => guarded(() => ({ status: 200, body: handle(request) })),
  });
  return [
    route('GET', '/health', () => health(parts)),
    route('GET', '/connections', () => connections(parts)),
    route('GET', '/fleet', () => ({ devices: fleet(parts) })),
    route('GET', '/power', (request) => power(parts, request)),
    route('POST', '/power', (request) => power(parts, request)),
    route('GET', '/judgement', (request) => judge(parts.context.world, ...range(parts, request))),
    route('GET', '/requests', (request) => requests(parts, request)),
    route('POST', '/clock', (request) => moveClock(parts, request)),
    route('GET', '/writes', (request) => writes(parts, request)),
    route('GET', '/steering', (request) => steering(parts, request)),
    route('GET', '/faults', () => ({ available: faultCatalogue, active: faults.list() })),
    route('POST', '/faults', (request) => switchFault(parts, request)),
    route('POST', '/reset-faults', () => {
      faults.reset();
      return { active: [] };
    }),
    route('POST', '/overrides', (request) => override(parts, request)),
    route('GET', '/overrides', () => ({
      overrides: parts.writes.customerActs.map((act) => ({
        ...act,
        at: iso(act.at),
        realAt: iso(act.realAt),
      })),
    })),
  ];
}

function health({ context }: ControlParts): unknown {
  const { world } = context;
  return {
    status: 'ok',
    now: iso(context.now()),
    worldNow: iso(world.now),
    lagMs: context.now() - world.now,
    startedAt: iso(world.startedAt),
    outdoorC: Math.round(world.outdoorC * 10) / 10,
    devices: world.devices.length,
  };
}

/** Everything an operator types in to connect, in the form Warmshift's vendor modules want it. */
function connections({ context, credentials, baseUrl }: ControlParts): unknown {
  const rooms = context.world.fleet.istabai.flatMap((home) => home.rooms);
  const ratedPowerW = Object.fromEntries(
    rooms.map((room) => [room.identity.vendorDeviceId, room.identity.ratedPowerW]),
  );
  const of = (vendor: keyof SandboxCredentials, settings: Record<string, unknown> = {}): unknown => ({
    vendor,
    // The version is part of the base URL of Istabai's documents, and of the paths of the others'.
    baseUrl: `${baseUrl()}/${vendor}${vendor === 'istabai' ? '/2' : ''}`,
    credentials: credentials[vendor],
    settings,
  });
  return [
    of('heatingcontrol'),
    of('istabai', { ratedPowerW, timeZone: istabaiTimeZone, country: 'LV' }),
    of('nox'),
    of('microclimates'),
  ];
}

function fleet({ context }: ControlParts): readonly unknown[] {
  return context.world.devices.map((device) => {
    const { vendor, vendorDeviceId, kind, name, homeId, timeZone, zones, ratedPowerW } = device.identity;
    return {
      vendor,
      vendorDeviceId,
      kind,
      name,
      homeId,
      timeZone,
      zones,
      ratedPowerW,
      maxCyclesPerDay: device.identity.maxCyclesPerDay ?? null,
      reachable: device.reachable,
      startsToday: device.records.startsOn(context.world.momentOf(device).dayIndex),
      minutesBelow: device.records.minutesBelow,
      steering: device.steering(context.world.now) ?? null,
      temperatureC: device.temperaturesC,
      mustRefuse: device.mustRefuse ?? null,
    };
  });
}

function power(parts: ControlParts, request: SandboxRequest): unknown {
  const { devices } = fieldsOf(request.body);
  if (devices !== undefined && !(Array.isArray(devices) && devices.every((d) => typeof d === 'string'))) {
    throw new BadControlRequest('devices must be a list of "vendor/vendorDeviceId".');
  }
  return {
    slots: powerBySlot(parts.context.world, ...range(parts, request), devices as string[] | undefined),
  };
}

function writes(parts: ControlParts, request: SandboxRequest): unknown {
  const since = instantOf(request.query.get('since'), 'since', 0);
  return {
    writes: parts.writes.since(since).map(({ readRealAt, ...write }) => ({
      ...write,
      at: iso(write.at),
      realAt: iso(write.realAt),
      readRealAt: readRealAt === undefined ? null : iso(readRealAt),
    })),
  };
}

/** Requests per vendor and minute of the clock. */
function requests(parts: ControlParts, request: SandboxRequest): unknown {
  const since = instantOf(request.query.get('since'), 'since', 0);
  return {
    vendors: parts.requests.since(since).map(({ minutes, ...vendor }) => ({
      ...vendor,
      minutes: minutes.map((minute) => ({ ...minute, at: iso(minute.at) })),
    })),
  };
}

function moveClock({ context, moveClock: move }: ControlParts, request: SandboxRequest): unknown {
  if (!move) throw new BadControlRequest('The clock moves by itself; start with --manual-clock to move it.');
  move(numberOf(fieldsOf(request.body)['advanceMs'], 'advanceMs', 0, 7 * dayMs));
  return { now: iso(context.now()) };
}

/** When each device did otherwise than its customer set, in both times. */
function steering(parts: ControlParts, request: SandboxRequest): unknown {
  const [from, to] = range(parts, request);
  return {
    spans: parts.context.world.devices.flatMap((device) =>
      device.records.steeredSpans
        .filter((span) => span.startsAt < to && (span.endsAt ?? Infinity) > from)
        .map((span) => ({
          vendor: device.identity.vendor,
          vendorDeviceId: device.identity.vendorDeviceId,
          startsAt: iso(span.startsAt),
          startedRealAt: iso(span.startedRealAt),
          endsAt: span.endsAt === undefined ? null : iso(span.endsAt),
          endedRealAt: span.endedRealAt === undefined ? null : iso(span.endedRealAt),
        })),
    ),
  };
}

function switchFault(parts: ControlParts, request: SandboxRequest): unknown {
  const { faults } = parts.context;
  const body = fieldsOf(request.body);
  const vendor = vendorOf(body['vendor']);
  const fault = faultOf(body['fault']);
  if (!faultCatalogue[fault].vendors.some((known) => known === vendor)) {
    throw new BadControlRequest(`${vendor} cannot have the fault ${fault}.`);
  }
  if (typeof body['on'] !== 'boolean') throw new BadControlRequest('on must be true or false.');
  if (body['on']) {
    faults.switchOn(vendor, fault, {
      share: numberOf(body['share'], 'share', 0, 1, 1),
      seed: numberOf(body['seed'], 'seed', 0, Number.MAX_SAFE_INTEGER, 1),
      delayMs: numberOf(body['delayMs'], 'delayMs', 0, 120_000, 3000),
      retryAfterS: numberOf(body['retryAfterS'], 'retryAfterS', 0, 3600, 5),
    });
  } else faults.switchOff(vendor, fault);
  return { active: faults.list() };
}

function faultOf(value: unknown): FaultName {
  const names = Object.keys(faultCatalogue) as FaultName[];
  const name = names.find((known) => known === value);
  if (!name) throw new BadControlRequest(`fault must be one of ${names.join(', ')}.`);
  return name;
}

function override(parts: ControlParts, request: SandboxRequest): unknown {
  const { world } = parts.context;
  const body = fieldsOf(request.body);
  const vendor = vendorOf(body['vendor']);
  const device = world.device(vendor, String(body['vendorDeviceId']));
  if (!device || device.identity.zones.length === 0) {
    throw new BadControlRequest(`${vendor} has no steerable device ${String(body['vendorDeviceId'])}.`);
  }
  const setpointC = numberOf(body['setpointC'], 'setpointC', 5, 30);
  device.customerSets(setpointC, world.now);
  const { vendorDeviceId } = device.identity;
  parts.writes.customerActs.push({ vendor, vendorDeviceId, setpointC, at: world.now, realAt: Date.now() });
  return { vendor, vendorDeviceId, setpointC, at: iso(world.now) };
}

/** `from` (default: a day back) and `to` (default: now). */
function range({ context }: ControlParts, request: SandboxRequest): [number, number] {
  const to = instantOf(request.query.get('to'), 'to', context.world.now);
  const from = instantOf(request.query.get('from'), 'from', Math.min(to, context.world.now) - dayMs);
  if (from >= to) throw new BadControlRequest('from must lie before to.');
  return [from, to];
}
