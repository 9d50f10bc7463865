import type {
  DeviceReadResult,
  DeviceRef,
  ListedDevice,
  Listing,
  ListingProblem,
  VendorAdapter,
  VendorContext,
} from '@warmshift/vendors/contract';
import { VendorAuthExpired, VendorError, VendorRateLimited } from '@warmshift/vendors/contract';
import type { VendorHttp } from '@warmshift/vendors/kit';
import { createVendorHttp, mapConcurrent, parseEach } from '@warmshift/vendors/kit';
import { MicroclimatesClient } from './client';
import { credentialsSchema } from './config';
import { manifest } from './manifest';
import { accountName, gatewayOf, siteOf } from './mapping';
import type { WireSite } from './wire';
import { siteSchema } from './wire';

/**
 * With more sites than this, a listing does not ask each of them: at our pace they would take longer than the time
 * between two listings.
 */
const maxAskedInListing = 500;

interface GatewaySeen {
  readonly device: ListedDevice;
  readonly problem?: ListingProblem | undefined;
}

export function createAdapter(context: VendorContext): VendorAdapter {
  const { apiToken } = credentialsSchema.parse(context.credentials);
  const http = createVendorHttp({ context, manifest, secrets: [apiToken] });
  return new MicroclimatesAdapter(http, new MicroclimatesClient(http, context.memory, apiToken));
}

class MicroclimatesAdapter implements VendorAdapter {
  constructor(
    private readonly http: VendorHttp,
    private readonly client: MicroclimatesClient,
  ) {}

  async verifyCredentials(): Promise<{ account: string }> {
    return { account: accountName(await this.client.account()) };
  }

  async list(): Promise<Listing> {
    const where = 'GET /api/v2/sites';
    const { items, problems } = parseEach(siteSchema, await this.client.sites(), { where, http: this.http });
    const sites = [...new Map(items.map((site) => [site.id, site])).values()];
    const ask = sites.length <= maxAskedInListing;
    const seen = new Map<string, GatewaySeen>();
    const gateways = mapConcurrent(sites, manifest.pacing.concurrency, (site) => this.gateway(site, ask));
    for await (const gateway of gateways) seen.set(gateway.device.vendorDeviceId, gateway);
    const inOrder = sites.flatMap((site) => seen.get(site.id) ?? []);
    return {
      complete: problems.length === 0,
      sites: sites.map(siteOf),
      devices: inOrder.map(({ device }) => device),
      problems: [...problems, ...inOrder.flatMap(({ problem }) => problem ?? [])],
    };
  }

  /** A site has nothing to measure; its edge server answers or does not. */
  read(devices: readonly DeviceRef[]): AsyncIterable<DeviceReadResult> {
    let ended: Error | undefined;
    return mapConcurrent(devices, manifest.pacing.concurrency, async (device): Promise<DeviceReadResult> => {
      if (ended !== undefined) return { device, error: ended };
      try {
        const { online } = await this.client.site(device.vendorDeviceId);
        return { device, online, zones: [] };
      } catch (error) {
        if (isForAll(error)) ended = asError(error);
        return { device, error: asError(error) };
      }
    });
  }

  private async gateway(site: WireSite, ask: boolean): Promise<GatewaySeen> {
    if (!ask) return { device: gatewayOf(site, {}) };
    try {
      return { device: gatewayOf(site, await this.client.site(site.id)) };
    } catch (error) {
      if (!(error instanceof VendorError) || isForAll(error)) throw error;
      const problem = { vendorDeviceId: site.id, where: 'GET /api/v2/sites/{id}', message: error.message };
      return { device: gatewayOf(site, {}), problem };
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function isForAll(error: unknown): boolean {
  return error instanceof VendorAuthExpired || error instanceof VendorRateLimited;
}
