import { createHash } from 'node:crypto';
import type { VendorContext } from '@warmshift/vendors/contract';
import { VendorProtocolError, VendorUnavailable } from '@warmshift/vendors/contract';
import type { VendorHttp, VendorResponse } from '@warmshift/vendors/kit';
import { failForStatus, parseJson, parseWith } from '@warmshift/vendors/kit';
import { z } from 'zod';
import type { WireAccount } from './wire';
import { accountSchema, errorSchema, listSchema, siteDetailSchema } from './wire';

/** The cloud asks the site's edge server first. */
const siteTimeoutMs = 30_000;
const edgeOffline = new Set([502, 503, 504]);

export interface SiteAnswer {
  /** Whether the site's edge server answered. */
  readonly online: boolean;
  /** Of this answer, or the last one known. */
  readonly role?: number | undefined;
}

const rememberedSchema = z.object({ etag: z.string(), role: z.number().optional() });

/** Reads only. M9: the DELETEs of this API destroy the account itself, so they do not exist here. */
export class MicroclimatesClient {
  private readonly authorization: string;
  private readonly tokenMark: string;

  constructor(
    private readonly http: VendorHttp,
    private readonly memory: VendorContext['memory'],
    apiToken: string,
  ) {
    this.authorization = `Bearer ${apiToken}`;
    this.tokenMark = createHash('sha256').update(apiToken).digest('hex').slice(0, 8);
  }

  /** The account whose token this is. */
  async account(): Promise<WireAccount> {
    const where = 'GET /api/v2/accounts';
    const list = parseWith(listSchema, await this.json('/api/v2/accounts', where), {
      where,
      http: this.http,
    });
    if (list.length === 0) throw new VendorProtocolError(`${where}: no account in the answer`, '[]');
    return parseWith(accountSchema, list[0], { where, http: this.http });
  }

  /** Served by the cloud alone, without asking the sites. */
  async sites(): Promise<readonly unknown[]> {
    const where = 'GET /api/v2/sites';
    return parseWith(listSchema, await this.json('/api/v2/sites', where), { where, http: this.http });
  }

  /**
   * Asks one site's edge server. M2: 502, 503 and 504 (documented as "503 Bad Gateway") say that the edge is offline.
   * M7: an answer that has not changed comes without a body and keeps what was known.
   */
  async site(siteId: string): Promise<SiteAnswer> {
    const path = `/api/v2/sites/${encodeURIComponent(siteId)}`;
    const where = `GET ${path}`;
    const key = `site:${this.tokenMark}:${siteId}`;
    const known = await this.remembered(key);
    const response = await this.get(
      path,
      known === undefined ? {} : { 'if-none-match': known.etag },
      siteTimeoutMs,
      [...edgeOffline],
    );
    if (response.status === 304) return { online: true, role: known?.role };
    if (edgeOffline.has(response.status)) return { online: false, role: known?.role };
    if (response.status !== 200) return this.fail(response, where);
    const body = parseJson(response, { where, http: this.http });
    const { role } = parseWith(siteDetailSchema, body, { where, http: this.http });
    const { etag } = response.headers;
    if (etag !== undefined && (etag !== known?.etag || role !== known.role)) {
      await this.memory.set(key, JSON.stringify({ etag, role }));
    }
    return { online: true, role };
  }

  private async json(path: string, where: string): Promise<unknown> {
    const response = await this.get(path, {}, undefined);
    if (response.status !== 200) return this.fail(response, where);
    return parseJson(response, { where, http: this.http });
  }

  /** M1: Bearer, as the text says; the examples' Basic is never sent. */
  private get(
    path: string,
    headers: Record<string, string>,
    timeoutMs: number | undefined,
    answers: readonly number[] = [],
  ): Promise<VendorResponse> {
    return this.http.request({
      method: 'GET',
      path,
      headers: { ...headers, authorization: this.authorization },
      purpose: 'read',
      answers,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  }

  private fail(response: VendorResponse, where: string): never {
    const parsed = errorSchema.safeParse(jsonOrNothing(response.text)).data;
    const request = parsed?.requestId === undefined ? '' : ` (request ${parsed.requestId})`;
    const said = parsed?.message ?? parsed?.name;
    if (response.status === 304)
      throw new VendorUnavailable(`${where}: 304 without having asked for it`, true);
    return failForStatus(response, {
      where,
      http: this.http,
      words: said === undefined ? undefined : `${said}${request}`,
    });
  }

  private async remembered(key: string): Promise<z.infer<typeof rememberedSchema> | undefined> {
    const text = await this.memory.get(key);
    return text === undefined ? undefined : rememberedSchema.safeParse(jsonOrNothing(text)).data;
  }
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
