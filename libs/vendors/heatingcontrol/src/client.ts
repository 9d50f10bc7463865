import type { SendReceipt } from '@warmshift/vendors/contract';
import { DeviceUnreachable } from '@warmshift/vendors/contract';
import type { PagesResult, VendorRequest, VendorResponse } from '@warmshift/vendors/kit';
import { failForStatus, pages, parseJson, parseWith, withToken } from '@warmshift/vendors/kit';
import type { VendorContext } from '@warmshift/vendors/contract';
import type { SetModeSpec } from './command-spec';
import { setModeSpecOf } from './command-spec';
import { receiptOf } from './reply';
import type { TokenSource } from './token';
import { fetchToken } from './token';
import type { WireState } from './wire';
import { commandsSchema, pageSchema, stateSchema } from './wire';
import { wordsOf } from './words';

type Purpose = VendorRequest['purpose'];

/** The largest page the document allows (C4: defaults differ, so it is always stated). */
const pageLimit = 100;

/** The calls of the HeatingControl External API that we need. */
export class HeatingControlClient {
  private readonly http: TokenSource['http'];
  private readonly specs = new SpecsByAnswer();

  constructor(private readonly source: TokenSource & { readonly context: VendorContext }) {
    this.http = source.http;
  }

  homes(): Promise<PagesResult<unknown>> {
    return this.all('/v1/homes', {});
  }

  /** Devices of all homes, gateways included (C6). */
  devices(): Promise<PagesResult<unknown>> {
    return this.all('/v1/devices', { includeGateways: true });
  }

  /** Proves that the credentials work. */
  async probe(): Promise<void> {
    await this.json({ method: 'GET', path: '/v1/homes', query: { limit: 1 }, purpose: 'read' });
  }

  async state(deviceId: string, purpose: Purpose): Promise<WireState> {
    const path = `/v1/devices/${encodeURIComponent(deviceId)}/state`;
    const body = await this.json({ method: 'GET', path, purpose });
    return parseWith(stateSchema, body, { where: `GET ${path}`, http: this.http });
  }

  /** What `setMode` takes on this device; `undefined` when it is not offered. */
  async setModeSpec(deviceId: string, purpose: Purpose): Promise<SetModeSpec | undefined> {
    const path = `/v1/devices/${encodeURIComponent(deviceId)}/commands`;
    const response = await this.call({ method: 'GET', path, purpose });
    return this.specs.of(response.text, () => {
      const where = { where: `GET ${path}`, http: this.http };
      return setModeSpecOf(parseWith(commandsSchema, parseJson(response, where), where));
    });
  }

  async command(
    deviceId: string,
    key: string,
    params: Record<string, string | number>,
    purpose: Purpose,
  ): Promise<SendReceipt> {
    const path = `/v1/devices/${encodeURIComponent(deviceId)}/commands/${encodeURIComponent(key)}`;
    const response = await this.call({ method: 'POST', path, json: { params }, purpose });
    return receiptOf(response, { where: `POST ${path}`, http: this.http });
  }

  private all(path: string, query: NonNullable<VendorRequest['query']>): Promise<PagesResult<unknown>> {
    return pages({
      fetch: async (cursor) => {
        const body = await this.json({
          method: 'GET',
          path,
          query: { limit: pageLimit, ...query, cursor },
          purpose: 'read',
        });
        const { items } = parseWith(pageSchema, body, { where: `GET ${path}`, http: this.http });
        return { items, body };
      },
    });
  }

  private async json(request: VendorRequest): Promise<unknown> {
    const response = await this.call(request);
    return parseJson(response, { where: `${request.method} ${request.path}`, http: this.http });
  }

  /** A successful answer, or the error its status and words stand for. */
  private call(request: VendorRequest): Promise<VendorResponse> {
    const fetch = () => fetchToken(this.source, request.purpose);
    return withToken(this.source.context, fetch, async (token) => {
      const response = await this.http.request({
        ...request,
        headers: { ...request.headers, authorization: `Bearer ${token}` },
      });
      if (response.status >= 200 && response.status < 300) return response;
      const where = `${request.method} ${request.path}`;
      const words = wordsOf(response.text);
      if (response.status !== 401 && /OFFLINE|UNREACHABLE|NOT_CONNECTED/i.test(words?.code ?? '')) {
        throw new DeviceUnreachable(
          `${where}: HTTP ${response.status}`,
          true,
          this.http.redact(words?.text ?? ''),
        );
      }
      return failForStatus(response, { http: this.http, where, words: words?.text, auth: 'renewable' });
    });
  }
}

/** A fleet's heaters are of few models, and those of one model answer the same: what an answer means is found out once. */
class SpecsByAnswer {
  private static readonly most = 100;
  private readonly known = new Map<string, SetModeSpec | undefined>();

  /** @throws what `parse` throws; that is not kept. */
  of(answer: string, parse: () => SetModeSpec | undefined): SetModeSpec | undefined {
    if (this.known.has(answer)) return this.known.get(answer);
    const spec = parse();
    if (this.known.size >= SpecsByAnswer.most) this.known.clear();
    this.known.set(answer, spec);
    return spec;
  }
}
