import { randomBytes } from 'node:crypto';
import { fieldsOf } from '../../http/body';
import type { CloudFront, Reply, Route, SandboxRequest } from '../../http/routes';
import {
  modeKey,
  type HomeMode,
  type ThermostatHome,
  type ThermostatRoom,
} from '../../world/thermostat-home';
import { LocalTime } from '../../world/local-time';
import { istabaiTimeZone } from '../../world/fleet-istabai';
import { Sessions, type CloudContext, type SandboxCredentials } from '../cloud-context';
import { homeView, roomView, warningsOf } from './istabai-views';

const vendor = 'istabai';
type Fields = Readonly<Record<string, unknown>>;

/** The Istabai API v2: every parameter by GET or POST, every error with HTTP 200. */
export class IstabaiCloud implements CloudFront {
  readonly vendor = vendor;
  readonly prefix = '/istabai';
  readonly routes: readonly Route[] = [
    { method: 'ANY', pattern: '/2/login.json', handle: (request) => this.login(request) },
    this.open('homes.list', () => this.homesReply()),
    this.open('homes.warnings', (f) =>
      this.withHome(f, (home) => ok({ language: 'EN', warnings: warningsOf(home) })),
    ),
    this.open('homes.rename', (f) => this.withHome(f, () => ok({ status: true }))),
    { ...this.open('homes.set_mode', (f, request) => this.setMode(f, request)), write: true },
    this.open('rooms.list', (f) => this.withHome(f, (home) => this.roomsReply(home))),
    { ...this.open('rooms.set_temperature', (f, request) => this.setTemperature(f, request)), write: true },
    this.open('rooms.rename', (f) => this.withRoom(f, () => ok({ status: true }))),
    this.open('mode_timepoints.list', (f) => this.withHome(f, (home) => this.timepointsReply(home))),
  ];
  private readonly sessions = new Sessions();
  private readonly localTime = new LocalTime(istabaiTimeZone);

  constructor(
    private readonly context: CloudContext,
    private readonly credentials: SandboxCredentials['istabai'],
  ) {}

  failure(status: number, message: string): Reply {
    // The vendor's own errors come with 200; what the web server in front of it does is another matter.
    if (status === 404) return this.error(404, message);
    return { ...this.error(status >= 500 ? 100 : status, message), status };
  }

  private open(method: string, handle: (f: Fields, request: SandboxRequest) => Reply): Route {
    return {
      method: 'ANY',
      pattern: `/2/${method}.json`,
      handle: (request) => {
        const f = fields(request);
        const { faults, now } = this.context;
        if (this.refusesPost(request)) return postRefused;
        if (f['api_key'] === undefined) return this.error(203, 'Missing argument: api_key.');
        const valid = this.sessions.valid(String(f['api_key']), now(), faults.generation(vendor));
        if (!valid || faults.on(vendor, 'expired-credentials')) return this.error(300, 'Invalid API key.');
        return handle(f, request);
      },
    };
  }

  private error(code: number, description: string): Reply {
    const asText = this.context.faults.on(vendor, 'string-error-codes');
    return errorReply(asText ? String(code) : code, description);
  }

  private refusesPost({ method }: SandboxRequest): boolean {
    return method !== 'GET' && this.context.faults.on(vendor, 'get-only');
  }

  private login(request: SandboxRequest): Reply {
    if (this.refusesPost(request)) return postRefused;
    const f = fields(request);
    const { email, password } = this.credentials;
    const { faults } = this.context;
    if (f['email'] === undefined || f['password'] === undefined) return this.error(203, 'Missing argument.');
    if (f['email'] !== email || f['password'] !== password || faults.on(vendor, 'expired-credentials')) {
      return this.error(300, 'Invalid email or password.');
    }
    const key = randomBytes(16).toString('hex');
    if (faults.on(vendor, 'second-login-ends-session')) this.sessions.clear();
    this.sessions.add(key, Number.POSITIVE_INFINITY, faults.generation(vendor));
    const homes = this.homes();
    const user = { id: 100, name: 'Fleet Operator', api_key: key, homes: homes.length };
    return ok({ timestamp: this.timestamp(), user, homes });
  }

  private homesReply(): Reply {
    return ok({ timestamp: this.timestamp(), homes: this.homes() });
  }

  private roomsReply(home: ThermostatHome): Reply {
    const rooms: unknown[] = home.rooms.map(roomView);
    if (this.context.faults.on(vendor, 'malformed-device') && home === this.context.world.fleet.istabai[0]) {
      rooms[0] = { id: null, name: 'Broken', temperature: 'n/a', set_temperature: null };
    }
    const view = { ...this.view(home), info_string: '' };
    return ok({ timestamp: this.timestamp(), rooms, home: view });
  }

  private timepointsReply(home: ThermostatHome): Reply {
    return ok({
      mode_timepoints: home.timepoints.map((point, index) => ({
        id: home.id * 10 + index,
        time: point.minuteOfDay * 60,
        mode: point.mode,
      })),
    });
  }

  private setMode(f: Fields, request: SandboxRequest): Reply {
    return this.withHome(f, (home) => {
      const eco = flag(f['eco']);
      const auto = flag(f['auto']);
      if (eco === undefined && auto === undefined) return this.error(203, 'Missing argument.');
      const fixed = home.modeFor(home.setting, this.moment());
      const what = { home_id: home.id, eco: f['eco'], auto: f['auto'] };
      request.apply({ vendorDeviceId: String(home.id), call: 'homes.set_mode', what }, () => {
        const { setting } = home;
        home.setting = { eco: eco ?? setting.eco, auto: auto ?? setting.auto, fixed };
      });
      return this.homesReply();
    });
  }

  private setTemperature(f: Fields, request: SandboxRequest): Reply {
    return this.withRoom(f, (room) => {
      const temperature = Number(f['temperature']);
      if (f['temperature'] === undefined || f['temperature'] === '' || !Number.isFinite(temperature)) {
        return this.error(203, 'Missing argument: temperature.');
      }
      if (room.traits.readOnly) return this.error(403, 'The room is read only.');
      const mode = f['mode'] ?? room.home.modeFor(room.home.setting, this.moment());
      if (!isMode(mode)) return this.error(203, 'Missing argument: mode.');
      const { minC, maxC } = room.traits;
      const kept = Math.min(maxC, Math.max(minC, Math.round(temperature * 10) / 10));
      const { vendorDeviceId } = room.identity;
      const what = { room_id: room.traits.roomId, temperature, mode };
      request.apply({ vendorDeviceId, call: 'rooms.set_temperature', what }, () => {
        room.setpoints[modeKey(mode)] = kept;
      });
      return ok({ set_temperature: { room_id: room.traits.roomId, mode, temperature: kept } });
    });
  }

  private withHome(f: Fields, answer: (home: ThermostatHome) => Reply): Reply {
    if (f['home_id'] === undefined) return this.error(203, 'Missing argument: home_id.');
    const home = this.context.world.fleet.istabai.find((h) => String(h.id) === String(f['home_id']));
    return home ? answer(home) : this.error(404, 'Home with specified ID was not found.');
  }

  private withRoom(f: Fields, answer: (room: ThermostatRoom) => Reply): Reply {
    if (f['room_id'] === undefined) return this.error(203, 'Missing argument: room_id.');
    const rooms = this.context.world.fleet.istabai.flatMap((home) => home.rooms);
    const room = rooms.find((candidate) => candidate.identity.vendorDeviceId === String(f['room_id']));
    return room ? answer(room) : this.error(404, 'Room with specified ID was not found.');
  }

  private homes(): readonly unknown[] {
    return this.context.world.fleet.istabai.map((home) => this.view(home));
  }

  private view(home: ThermostatHome): Record<string, unknown> {
    return homeView(home, this.moment(), this.context.world.now);
  }

  private moment(): ReturnType<LocalTime['at']> {
    return this.localTime.at(this.context.world.now);
  }

  private timestamp(): number {
    return Math.floor(this.context.now() / 1000);
  }
}

/** Parameters from the query, a form or JSON, as the vendor takes them by GET or POST. */
function fields(request: SandboxRequest): Fields {
  return { ...Object.fromEntries(request.query), ...fieldsOf(request.body) };
}

function ok(body: unknown): Reply {
  return { status: 200, body };
}

const postRefused: Reply = { status: 405, headers: { allow: 'GET' } };

function errorReply(code: number | string, description: string): Reply {
  return { status: 200, body: { error: { code, description } } };
}

function flag(value: unknown): boolean | undefined {
  if (value === undefined) return undefined;
  return String(value) === '1' || String(value) === 'true';
}

function isMode(word: unknown): word is HomeMode {
  return word === 'DAY' || word === 'NIGHT' || word === 'ECO';
}
