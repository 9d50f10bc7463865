import type { Instant } from '@warmshift/domain';
import type { ListingProblem } from '@warmshift/vendors/contract';
import { VendorProtocolError } from '@warmshift/vendors/contract';
import type { VendorHttp, VendorRequest, VendorResponse } from '@warmshift/vendors/kit';
import { failForStatus, parseEach, parseJson, parseWith } from '@warmshift/vendors/kit';
import type { SgReadyMode, WireDevice } from './wire';
import { deviceSchema, errorSchema, listSchema } from './wire';

type Purpose = VendorRequest['purpose'];

export interface DeviceList {
  readonly controller?: string | undefined;
  readonly devices: readonly WireDevice[];
  readonly problems: readonly ListingProblem[];
  /** The answer holds as many devices as it says there are. */
  readonly complete: boolean;
}

/** `undefined`: end the override. */
export type WantedOverride = { readonly mode: SgReadyMode; readonly until: Instant } | undefined;

/** The three calls of INTERFACE.md. */
export class SgReadyClient {
  constructor(
    private readonly http: VendorHttp,
    private readonly token: string,
  ) {}

  async devices(): Promise<DeviceList> {
    const where = 'GET /devices';
    const body = await this.json({ method: 'GET', path: '/devices', purpose: 'read' }, where);
    const { controller, total, devices } = parseWith(listSchema, body, { where, http: this.http });
    const parsed = parseEach(deviceSchema, devices, { where, http: this.http });
    const problems = [...parsed.problems];
    if (total !== devices.length) {
      const said =
        total === undefined ? 'does not say how many devices there are' : `says there are ${total} devices`;
      problems.push({ where, message: `the answer ${said} and holds ${devices.length}` });
    }
    return { controller, devices: parsed.items, problems, complete: problems.length === 0 };
  }

  async device(id: string, purpose: Purpose): Promise<WireDevice> {
    const path = `/devices/${encodeURIComponent(id)}`;
    const where = `GET ${path}`;
    return this.deviceIn(await this.json({ method: 'GET', path, purpose }, where), id, where);
  }

  /** Sets, replaces or ends the override. Throws `VendorRejected` with the controller's words when it is refused. */
  async override(id: string, wanted: WantedOverride, purpose: Purpose): Promise<void> {
    const path = `/devices/${encodeURIComponent(id)}/sg-ready`;
    const json =
      wanted === undefined
        ? { mode: null }
        : { mode: wanted.mode, until: new Date(wanted.until).toISOString() };
    await this.ask({ method: 'PUT', path, json, purpose }, `PUT ${path}`);
  }

  private deviceIn(body: unknown, id: string, where: string): WireDevice {
    const device = parseWith(deviceSchema, body, { where, http: this.http });
    if (device.id === id) return device;
    throw new VendorProtocolError(
      `${where}: the answer is about another device`,
      this.http.redact(device.id),
    );
  }

  private async json(request: VendorRequest, where: string): Promise<unknown> {
    return parseJson(await this.ask(request, where), { where, http: this.http });
  }

  private async ask(request: VendorRequest, where: string): Promise<VendorResponse> {
    const response = await this.http.request({
      ...request,
      headers: { authorization: `Bearer ${this.token}` },
    });
    if (response.status >= 200 && response.status <= 299) return response;
    return failForStatus(response, { where, http: this.http, words: wordsOf(response.text) });
  }
}

/** The controller's own words in an error answer; `undefined` for another shape. */
function wordsOf(text: string): string | undefined {
  try {
    const { code, message } = errorSchema.parse(JSON.parse(text)).error;
    return [code, message].filter((part) => part !== undefined).join(': ') || undefined;
  } catch {
    return undefined;
  }
}
