import { randomBytes } from 'node:crypto';
import { hourMs } from '@warmshift/domain';
import { fieldsOf } from '../../http/body';
import type { CloudFront, Reply, Route, SandboxRequest } from '../../http/routes';
import type { SimDevice } from '../../world/device';
import { HeaterDevice } from '../../world/heater-device';
import { headerOf, Sessions, type CloudContext, type SandboxCredentials } from '../cloud-context';
import { commandSpec, parseSetMode } from './heatingcontrol-commands';
import { deviceView, homeView, settingsView, stateView } from './heatingcontrol-views';

const vendor = 'heatingcontrol';
const tokenLifeMs = hourMs;
const shortLifeMs = 1_000;

/** The HeatingControl External API, after its draft of 2026-03-25. */
export class HeatingControlCloud implements CloudFront {
  readonly vendor = vendor;
  readonly prefix = '/heatingcontrol';
  readonly routes: readonly Route[] = [
    { method: 'POST', pattern: '/v1/oauth/token', handle: (request) => this.token(request) },
    this.open('GET', '/v1/homes', (request) => this.homes(request)),
    this.open('GET', '/v1/homes/:id', (request) => this.home(request)),
    this.open('GET', '/v1/devices', (request) => this.devices(request)),
    this.open('GET', '/v1/devices/:id', (request) => this.withDevice(request, (d) => ok(deviceView(d)))),
    this.open('GET', '/v1/devices/:id/state', (request) => this.withDevice(request, (d) => ok(stateView(d)))),
    this.open('GET', '/v1/devices/:id/settings', (request) =>
      this.withHeater(request, (h) => ok(settingsView(h))),
    ),
    this.open('PATCH', '/v1/devices/:id/settings/:key', (request) => this.changeSetting(request)),
    this.open('GET', '/v1/devices/:id/commands', (request) =>
      this.withHeater(request, (h) => ok(commandSpec(h))),
    ),
    {
      ...this.open('POST', '/v1/devices/:id/commands/:key', (request) => this.command(request)),
      write: true,
    },
  ];
  private deviceCounts: ReadonlyMap<string, number> | undefined;
  private readonly accessTokens = new Sessions();
  private readonly refreshTokens = new Sessions();

  constructor(
    private readonly context: CloudContext,
    private readonly credentials: SandboxCredentials['heatingcontrol'],
  ) {}

  failure(status: number, message: string): Reply {
    const code = status === 429 ? 'RATE_LIMITED' : status >= 500 ? 'INTERNAL_ERROR' : codeOf(status);
    return errorReply(status, code, message);
  }

  private open(method: Route['method'], pattern: string, handle: Route['handle']): Route {
    return {
      method,
      pattern,
      handle: (request) => {
        const { faults, now } = this.context;
        const token = /^Bearer (.+)$/.exec(headerOf(request.headers, 'authorization') ?? '')?.[1];
        const valid = this.accessTokens.valid(token, now(), faults.generation(vendor));
        if (!valid || faults.on(vendor, 'expired-credentials')) {
          return errorReply(401, 'UNAUTHORIZED', 'The access token is missing, expired or revoked.');
        }
        return handle(request);
      },
    };
  }

  private token(request: SandboxRequest): Reply {
    const { faults, now } = this.context;
    const body = fieldsOf(request.body);
    const basic = headerOf(request.headers, 'authorization')?.startsWith('Basic ');
    if (faults.on(vendor, 'token-wants-basic') && !basic) {
      return errorReply(401, 'UNAUTHORIZED', 'The authorization header is required.');
    }
    if (body['grant_type'] !== 'client_credentials' && body['grant_type'] !== 'refresh_token') {
      const details = { grant_type: 'must be client_credentials or refresh_token' };
      return errorReply(400, 'VALIDATION_ERROR', 'grant_type is not known.', details);
    }
    if (!this.grants(request, body) || faults.on(vendor, 'expired-credentials')) {
      return errorReply(401, 'UNAUTHORIZED', 'The client is not known or its secret is wrong.');
    }
    const access = `hc.${randomBytes(24).toString('base64url')}`;
    const refresh = randomBytes(24).toString('base64url');
    const generation = faults.generation(vendor);
    const livesMs = faults.on(vendor, 'short-lived-tokens') ? shortLifeMs : tokenLifeMs;
    this.accessTokens.add(access, now() + livesMs, generation);
    this.refreshTokens.add(refresh, now() + 24 * tokenLifeMs, generation);
    return ok({
      access_token: access,
      refresh_token: refresh,
      expires_in: tokenLifeMs / 1000,
      token_type: 'Bearer',
    });
  }

  private grants(request: SandboxRequest, body: Readonly<Record<string, unknown>>): boolean {
    const { faults, now } = this.context;
    if (body['grant_type'] === 'refresh_token') {
      return this.refreshTokens.valid(String(body['refresh_token']), now(), faults.generation(vendor));
    }
    const { clientId, clientSecret } = this.credentials;
    const basic = /^Basic (.+)$/.exec(headerOf(request.headers, 'authorization') ?? '')?.[1];
    const pair = basic
      ? Buffer.from(basic, 'base64').toString('utf8')
      : `${String(body['client_id'])}:${String(body['client_secret'])}`;
    return pair === `${clientId}:${clientSecret}`;
  }

  private homes(request: SandboxRequest): Reply {
    const { homes } = this.context.world.fleet.heatingcontrol;
    return this.page(request, homes, (home) => homeView(home, this.deviceCount(home.id)));
  }

  private home(request: SandboxRequest): Reply {
    const { homes } = this.context.world.fleet.heatingcontrol;
    const home = homes.find((candidate) => candidate.id === request.params['id']);
    if (!home) return errorReply(404, 'NOT_FOUND', 'There is no home with this id.');
    return ok(homeView(home, this.deviceCount(home.id)));
  }

  private deviceCount(homeId: string): number {
    this.deviceCounts ??= countByHome(this.context.world.fleet.heatingcontrol.heaters);
    return this.deviceCounts.get(homeId) ?? 0;
  }

  private devices(request: SandboxRequest): Reply {
    const { query } = request;
    const { gateways, heaters } = this.context.world.fleet.heatingcontrol;
    const homeId = query.get('homeId');
    const gatewayId = query.get('gatewayId');
    const listed = query.get('includeGateways') === 'true' ? [...gateways, ...heaters] : heaters;
    const wanted = listed.filter(
      (device) =>
        (homeId === null || device.identity.homeId === homeId) &&
        (gatewayId === null || (device instanceof HeaterDevice && device.traits.gatewayId === gatewayId)),
    );
    const malformed = this.context.faults.on(vendor, 'malformed-device') ? wanted[0] : undefined;
    return this.page(request, wanted, (device) =>
      device === malformed ? { id: null, name: 17, type: 'heater', online: 'maybe' } : deviceView(device),
    );
  }

  /** Cursor paging as the samples show it: `cursor` echoes the request, `nextCursor` goes on. */
  private page<T>(request: SandboxRequest, items: readonly T[], view: (item: T) => unknown): Reply {
    const limit = Number(request.query.get('limit') ?? 20);
    if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
      return errorReply(400, 'VALIDATION_ERROR', 'limit must be a whole number from 1 to 100.', { limit });
    }
    const cursor = request.query.get('cursor');
    const offset = cursor === null ? 0 : offsetOf(cursor);
    if (offset === undefined)
      return errorReply(400, 'VALIDATION_ERROR', 'The cursor is not known.', { cursor });
    const { faults } = this.context;
    const broken = faults.on(vendor, 'paging-without-cursor');
    const end = broken ? Math.min(limit, Math.ceil(items.length / 2)) : offset + limit;
    const hasMore = end < items.length;
    const repeats = faults.on(vendor, 'paging-repeats');
    const next = repeats
      ? cursorOf(Math.min(limit, items.length))
      : hasMore && !broken
        ? cursorOf(end)
        : null;
    const vanishes = offset > 0 && faults.on(vendor, 'vanishing-device');
    return ok({
      items: items.slice(offset + (vanishes ? 1 : 0), end).map(view),
      pagination: { limit, cursor, nextCursor: next, hasMore: hasMore || repeats },
    });
  }

  private changeSetting(request: SandboxRequest): Reply {
    return this.withHeater(request, (heater) => {
      const { value } = fieldsOf(request.body);
      if (request.params['key'] !== 'keyboard_locked') {
        return errorReply(404, 'NOT_FOUND', 'There is no such setting that can be changed.');
      }
      if (typeof value !== 'boolean') {
        return errorReply(400, 'VALIDATION_ERROR', 'value must be true or false.', { value: 'boolean' });
      }
      heater.keyboardLocked = value;
      return ok(settingsView(heater)['keyboard_locked']);
    });
  }

  private command(request: SandboxRequest): Reply {
    return this.withHeater(request, (heater) => {
      const key = request.params['key'] ?? '';
      if (key !== 'setMode') return errorReply(404, 'NOT_FOUND', `The device has no command ${key}.`);
      const params = fieldsOf(fieldsOf(request.body)['params']);
      const parsed = parseSetMode(heater, params);
      if ('problem' in parsed) {
        return errorReply(400, 'VALIDATION_ERROR', parsed.problem, { [parsed.field]: parsed.problem });
      }
      if (!heater.reachable || this.gatewayDown(heater)) {
        return errorReply(409, 'DEVICE_OFFLINE', 'The device is not connected.');
      }
      const { vendorDeviceId } = heater.identity;
      request.apply({ vendorDeviceId, call: key, what: params }, () => {
        heater.setting = parsed.setting;
      });
      if (heater.traits.reply === 'A') return ok({ success: true, message: 'Command executed successfully' });
      const appliedAt = new Date(this.context.now()).toISOString();
      return ok({ command: key, state: 'APPLIED', appliedAt });
    });
  }

  private gatewayDown(heater: HeaterDevice): boolean {
    const { gateways } = this.context.world.fleet.heatingcontrol;
    const gateway = gateways.find((g) => g.identity.vendorDeviceId === heater.traits.gatewayId);
    return gateway !== undefined && !gateway.reachable;
  }

  private withDevice(request: SandboxRequest, answer: (device: SimDevice) => Reply): Reply {
    const device = this.context.world.device(vendor, request.params['id'] ?? '');
    return device ? answer(device) : errorReply(404, 'NOT_FOUND', 'There is no device with this id.');
  }

  private withHeater(request: SandboxRequest, answer: (heater: HeaterDevice) => Reply): Reply {
    return this.withDevice(request, (device) =>
      device instanceof HeaterDevice
        ? answer(device)
        : errorReply(400, 'VALIDATION_ERROR', 'A gateway has no settings and no commands.'),
    );
  }
}

function countByHome(heaters: readonly HeaterDevice[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { identity } of heaters) counts.set(identity.homeId, (counts.get(identity.homeId) ?? 0) + 1);
  return counts;
}

function ok(body: unknown): Reply {
  return { status: 200, body };
}

function codeOf(status: number): string {
  return status === 404 ? 'NOT_FOUND' : status === 401 ? 'UNAUTHORIZED' : 'VALIDATION_ERROR';
}

function errorReply(status: number, code: string, message: string, details: unknown = {}): Reply {
  const requestId = randomBytes(6).toString('hex');
  return { status, body: { error: { code, message, requestId, details } } };
}

function cursorOf(offset: number): string {
  return Buffer.from(`after:${offset}`).toString('base64url');
}

function offsetOf(cursor: string): number | undefined {
  const match = /^after:(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  return match ? Number(match[1]) : undefined;
}
