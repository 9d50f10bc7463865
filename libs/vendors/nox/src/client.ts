import type { Instant } from '@warmshift/domain';
import { slotMs } from '@warmshift/domain';
import type { ListingProblem, SendReceipt } from '@warmshift/vendors/contract';
import { VendorNotFound, VendorProtocolError, VendorRejected } from '@warmshift/vendors/contract';
import { failForStatus, pages, parseEach, parseJson, parseWith } from '@warmshift/vendors/kit';
import type {
  NextCursor,
  PagesResult,
  VendorHttp,
  VendorRequest,
  VendorResponse,
} from '@warmshift/vendors/kit';
import type { z } from 'zod';
import type { ScheduleBody, ScheduleReply } from './schedule-body';
import { readScheduleReply, schedulePath } from './schedule-body';
import { formatTimestamp, parseTimestamp } from './timestamps';
import { currentStateSchema, deviceSchema, deviceSettingsSchema, envelopeSchema } from './wire';
import { forecastSchema, forecastSlotSchema, projectionSchema } from './wire';
import type { WireCurrentState, WireDevice, WireDeviceSettings } from './wire';
import type { WireForecastSlot, WireSteerableStatus } from './wire';
import type { ThermalForecast } from './readings';

type Purpose = VendorRequest['purpose'];
type Query = NonNullable<VendorRequest['query']>;
type Envelope = z.output<typeof envelopeSchema>;

export const pageSize = 1000;

/** A device with the unit in which its page states capacities. */
export interface ListedPageDevice {
  readonly device: WireDevice;
  readonly capacityUnit: unknown;
}

/** The calls of the NOX API that we use. The key is in the header, an id only ever in the query. */
export class NoxClient {
  constructor(
    private readonly http: VendorHttp,
    private readonly apiKey: string,
  ) {}

  /** The supplier that the key belongs to, as NOX names it. */
  async supplier(): Promise<string | undefined> {
    const { meta } = await this.get('/v1/devices', { limit: 1 }, 'read');
    const supplier = meta?.['energy_supplier'];
    return typeof supplier === 'string' && supplier !== '' ? supplier : undefined;
  }

  /** All devices. `problems` names entries that cannot be used. */
  async devices(): Promise<PagesResult<ListedPageDevice> & { readonly problems: readonly ListingProblem[] }> {
    const problems: ListingProblem[] = [];
    const result = await this.allPages('/v1/devices', { limit: pageSize }, deviceSchema, problems);
    const items = result.items.map(({ item, meta }) => ({
      device: item,
      capacityUnit: meta?.['capacity_unit'],
    }));
    return { ...result, items, problems };
  }

  /** Settings per device id; of all devices, or of one. */
  async settings(deviceId: string | undefined): Promise<ReadonlyMap<string, WireDeviceSettings>> {
    const query = { device_id: deviceId };
    const { items } = await this.allPages('/v1/devices/settings', query, deviceSettingsSchema, []);
    return new Map(items.map(({ item }) => [item.device_id, item]));
  }

  /** The latest quarter of a device's thermal model, in degrees. */
  async currentState(deviceId: string): Promise<WireCurrentState> {
    const path = '/v1/device/thermal-control/current-state';
    const { data } = await this.get(path, { device_id: deviceId, unit: 'celsius' }, 'read');
    return this.ofDevice(deviceId, parseWith(currentStateSchema, data, this.parsing(path)), path);
  }

  /**
   * The forecast from the quarter that contains `at` on, for up to `horizonMs`, as far as no quarter is missing; `undefined` when that
   * one is.
   */
  async forecast(deviceId: string, at: Instant, horizonMs: number): Promise<ThermalForecast | undefined> {
    const path = '/v1/device/thermal-control/forecast';
    const slot = Math.floor(at / slotMs) * slotMs;
    const range = { start_time: formatTimestamp(slot), end_time: formatTimestamp(slot + horizonMs) };
    const { data } = await this.get(path, { device_id: deviceId, unit: 'celsius', ...range }, 'read');
    const forecast = this.ofDevice(deviceId, parseWith(forecastSchema, data, this.parsing(path)), path);
    const { items } = parseEach(forecastSlotSchema, forecast.forecasts, this.parsing(path));
    const byStart = new Map(items.map((item) => [parseTimestamp(item.timestamp), item]));
    const slots: WireForecastSlot[] = [];
    for (let start = slot; start < slot + horizonMs; start += slotMs) {
      const next = byStart.get(start);
      if (next === undefined) break;
      slots.push(next);
    }
    return slots.length === 0 ? undefined : { startsAt: slot, slots };
  }

  /** Whether a device can be steered or is being steered, now. */
  async steerableStatus(deviceId: string, purpose: Purpose): Promise<WireSteerableStatus> {
    const path = '/v1/devices';
    const { data } = await this.get(path, { device_id: deviceId, steerable_status: true }, purpose);
    const { items } = parseEach(projectionSchema, listOf(data) ?? [], this.parsing(path));
    const found =
      items.find(({ device_id }) => device_id === deviceId) ??
      items.find(({ device_id }) => device_id === undefined);
    if (found === undefined) throw new VendorNotFound(`GET ${path}: there is no device ${deviceId}`);
    if (found.steerable_status !== undefined) return found.steerable_status;
    const sample = this.http.redact(JSON.stringify(data));
    throw new VendorProtocolError(`GET ${path}: steerable_status is missing`, sample);
  }

  /** Replaces the device's whole schedule. Throws `VendorRejected` with NOX's words when it is refused. */
  async submitSchedule(
    body: ScheduleBody,
    purpose: Purpose,
  ): Promise<SendReceipt & Pick<ScheduleReply, 'startsAt'>> {
    const where = `POST ${schedulePath}`;
    const response = await this.http.request({
      method: 'POST',
      path: schedulePath,
      headers: this.headers(),
      json: body,
      purpose,
    });
    if (response.status < 200 || response.status > 299) this.fail(response, where);
    const reply = readScheduleReply(response.text);
    const words = reply.words && this.http.redact(reply.words);
    if (reply.refused) throw new VendorRejected(`${where}: refused`, words);
    return { outcome: 'accepted', words, startsAt: reply.startsAt };
  }

  private async allPages<S extends z.ZodType>(
    path: string,
    query: Query,
    schema: S,
    problems: ListingProblem[],
  ): Promise<PagesResult<{ readonly item: z.output<S>; readonly meta: Envelope['meta'] }>> {
    return pages({
      next: nextToken,
      fetch: async (cursor) => {
        const envelope = await this.get(path, { ...query, next_token: cursor }, 'read');
        const list = listOf(envelope.data);
        if (list === undefined) {
          const sample = this.http.redact(JSON.stringify(envelope));
          throw new VendorProtocolError(`GET ${path}: data is neither a list nor null`, sample);
        }
        const parsed = parseEach(schema, list, { ...this.parsing(path), idOf: deviceIdOf });
        problems.push(...parsed.problems);
        return { items: parsed.items.map((item) => ({ item, meta: envelope.meta })), body: envelope };
      },
    });
  }

  private async get(path: string, query: Query, purpose: Purpose): Promise<Envelope> {
    const response = await this.http.request({
      method: 'GET',
      path,
      query,
      headers: this.headers(),
      purpose,
    });
    if (response.status !== 200) this.fail(response, `GET ${path}`);
    const parsing = this.parsing(path);
    return parseWith(envelopeSchema, parseJson(response, parsing), parsing);
  }

  private fail(response: VendorResponse, where: string): never {
    return failForStatus(response, { where, http: this.http, words: errorWords(response.text) });
  }

  private ofDevice<T extends { device_id: string | undefined }>(
    deviceId: string,
    answer: T,
    path: string,
  ): T {
    if (answer.device_id === undefined || answer.device_id === deviceId) return answer;
    const sample = this.http.redact(JSON.stringify(answer));
    throw new VendorProtocolError(`GET ${path}: the answer is about another device`, sample);
  }

  private headers(): Record<string, string> {
    return { 'x-api-key': this.apiKey };
  }

  private parsing(path: string): { where: string; http: VendorHttp } {
    return { where: `GET ${path}`, http: this.http };
  }
}

/** `meta.next_token`: a text leads on, null or no such key ends; without any `meta` the answer was cut short. */
function nextToken(body: unknown): NextCursor {
  const { meta } = body as Envelope;
  const token = meta?.['next_token'];
  if (typeof token === 'string' && token !== '') return { kind: 'cursor', cursor: token };
  const ends = token === null || token === undefined || token === '';
  return meta !== undefined && ends ? { kind: 'end' } : { kind: 'lost' };
}

/** `data` is a list, or null when there is nothing. */
function listOf(data: unknown): readonly unknown[] | undefined {
  if (data === null) return [];
  return Array.isArray(data) ? data : undefined;
}

function deviceIdOf(item: unknown): string | undefined {
  const id = typeof item === 'object' && item !== null && 'device_id' in item ? item.device_id : undefined;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** `{"detail":[{"loc":[…],"msg":"…","type":"…"}]}` as one sentence per entry; `undefined` for another shape. */
function errorWords(text: string): string | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null) return undefined;
  const { detail, message } = body as { detail?: unknown; message?: unknown };
  if (typeof detail === 'string') return detail;
  if (!Array.isArray(detail)) return typeof message === 'string' ? message : undefined;
  const sentences = detail.map((entry: { loc?: unknown; msg?: unknown } | null) => {
    const where = Array.isArray(entry?.loc) ? entry.loc.map(String).join('.') : '';
    return `${where}${where && ': '}${String(entry?.msg ?? 'invalid')}`;
  });
  return sentences.join('; ') || undefined;
}
