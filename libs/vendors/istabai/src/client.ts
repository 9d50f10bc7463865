import type { StoredToken, VendorContext } from '@warmshift/vendors/contract';
import { VendorRateLimited } from '@warmshift/vendors/contract';
import { parseEach, parseWith, withToken } from '@warmshift/vendors/kit';
import type { ParsedItems, VendorHttp, VendorRequest } from '@warmshift/vendors/kit';
import { readAnswer } from './answer';
import type { Credentials } from './settings';
import {
  homesAnswerSchema,
  homeSchema,
  loginSchema,
  roomsAnswerSchema,
  roomSchema,
  warningsAnswerSchema,
  warningSchema,
} from './wire';
import type { WireHome, WireRoom } from './wire';

type Purpose = VendorRequest['purpose'];

const loginWindowMs = 10 * 60_000;
const maxLogins = 3;
const loginsKey = 'logins';

export interface HomeRooms extends ParsedItems<WireRoom> {
  /** The home as it came with its rooms; its id may be another one than was asked for (seen in the document). */
  readonly home: WireHome | undefined;
}

/**
 * The methods of the Istabai API that we use. POST with a form body only: its examples show GET with secrets in
 * the URL. The session key lives in the connection's token store; a key that is no longer accepted is replaced once.
 */
export class IstabaiClient {
  constructor(
    private readonly context: VendorContext,
    private readonly http: VendorHttp,
    private readonly credentials: Credentials,
  ) {}

  /**
   * Logs in with the e-mail and the password, whatever session there is. Returns whose account it is.
   * Throws `VendorAuthExpired` when they are not accepted.
   */
  async proveCredentials(): Promise<string> {
    const stored = await this.context.tokens.read();
    let account: string | undefined;
    await this.context.tokens.renew(stored?.value, async () => {
      const session = await this.login('read', false);
      account = session.account;
      return session.token;
    });
    if (account !== undefined) return account;
    await this.homes();
    return this.credentials.email;
  }

  async homes(): Promise<ParsedItems<WireHome>> {
    const answer = await this.call('homes.list', {}, 'read', 'homes', true);
    const { homes } = parseWith(homesAnswerSchema, answer, this.parsing('homes.list'));
    return parseEach(homeSchema, homes, { ...this.parsing('homes.list'), idOf: () => undefined });
  }

  /** All rooms of a home, in one call. */
  async rooms(homeId: string, purpose: Purpose): Promise<HomeRooms> {
    const answer = await this.call('rooms.list', { home_id: homeId }, purpose, 'rooms', true);
    const parsing = this.parsing('rooms.list');
    const { rooms, home } = parseWith(roomsAnswerSchema, answer, parsing);
    return { ...parseEach(roomSchema, rooms, parsing), home };
  }

  /** What is wrong with the devices of a home, as texts for people. */
  async warnings(homeId: string): Promise<ParsedItems<string>> {
    const answer = await this.call(
      'homes.warnings',
      { home_id: homeId, lang: 'EN' },
      'read',
      'warnings',
      true,
    );
    const parsing = this.parsing('homes.warnings');
    const { warnings } = parseWith(warningsAnswerSchema, answer, parsing);
    const { items, problems } = parseEach(warningSchema, warnings, { ...parsing, idOf: () => undefined });
    return { items: items.map(({ text }) => text), problems };
  }

  /** Returns the answer, of which nothing is documented. */
  async setTemperature(
    roomId: string,
    mode: string,
    temperatureC: number,
    purpose: Purpose,
  ): Promise<Record<string, unknown>> {
    const form = { room_id: roomId, temperature: String(temperatureC), mode };
    return this.call('rooms.set_temperature', form, purpose, undefined);
  }

  private async call(
    method: string,
    form: Record<string, string>,
    purpose: Purpose,
    payload: string | undefined,
    idempotent = false,
  ): Promise<Record<string, unknown>> {
    const logIn = async (): Promise<StoredToken> => (await this.login(purpose, purpose !== 'restore')).token;
    return withToken(this.context, logIn, async (key) => {
      this.http.hide(key);
      return this.post(method, { api_key: key, ...form }, purpose, payload, idempotent);
    });
  }

  private async login(purpose: Purpose, limited: boolean): Promise<{ token: StoredToken; account: string }> {
    const now = this.context.clock.now();
    const recent = await this.recentLogins(now);
    const oldest = recent[0];
    if (limited && recent.length >= maxLogins && oldest !== undefined) {
      const message = `Istabai ended our session ${recent.length} times in ten minutes; no new login for now`;
      throw new VendorRateLimited(message, oldest + loginWindowMs - now);
    }
    const answer = await this.post('login', this.credentials, purpose, 'user');
    const { user } = parseWith(loginSchema, answer, this.parsing('login'));
    this.http.hide(user.api_key);
    await this.context.memory.set(loginsKey, JSON.stringify([...recent, now].slice(-maxLogins)));
    return { token: { value: user.api_key }, account: user.name ?? this.credentials.email };
  }

  private async recentLogins(now: number): Promise<number[]> {
    const stored = (await this.context.memory.get(loginsKey)) ?? '[]';
    const times = JSON.parse(stored) as number[];
    return times.filter((at) => at <= now && at > now - loginWindowMs);
  }

  private async post(
    method: string,
    form: Record<string, string>,
    purpose: Purpose,
    payload: string | undefined,
    idempotent = false,
  ): Promise<Record<string, unknown>> {
    const path = `/${method}.json`;
    const response = await this.http.request({ method: 'POST', path, form, purpose, idempotent });
    return readAnswer(response, { where: method, http: this.http, payload, login: method === 'login' });
  }

  private parsing(where: string): { where: string; http: VendorHttp } {
    return { where, http: this.http };
  }
}
