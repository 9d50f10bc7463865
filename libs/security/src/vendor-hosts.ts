import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { FieldProblem } from '@warmshift/domain';
import { addressKind } from './address-ranges';

export interface HostPolicy {
  /** Also hosts of this machine and the private network, by http or https (`ALLOW_LOCAL_VENDOR_HOSTS`). */
  readonly allowLocal: boolean;
  /** Only those: with a scaled clock, no real cloud may be called. */
  readonly localOnly?: boolean | undefined;
}

export type BaseUrlCheck =
  | {
      readonly ok: true;
      /** Normal form, without a trailing slash. */
      readonly url: string;
      /** A sandbox or vendor double rather than a vendor's cloud. */
      readonly local: boolean;
    }
  | { readonly ok: false; readonly problem: FieldProblem };

/**
 * Whether a connection may point there: https and a public host, without credentials, query or fragment. Names are
 * judged by their form here and by their addresses when connecting (`guardedLookup`).
 */
export function checkVendorBaseUrl(text: string, policy: HostPolicy): BaseUrlCheck {
  if (!URL.canParse(text)) return refused('must be a URL such as https://api.vendor.example');
  const url = new URL(text);
  const reason = shapeProblem(url, text) ?? hostProblem(url, policy);
  if (reason !== undefined) return refused(reason);
  return { ok: true, url: url.href.replace(/\/+$/, ''), local: hostKind(url.hostname) === 'local' };
}

function refused(reason: string): BaseUrlCheck {
  return { ok: false, problem: { field: 'baseUrl', reason } };
}

function shapeProblem(url: URL, text: string): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must start with https://';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  if (/[?#]/.test(text)) return 'must not contain a query or a fragment';
  return undefined;
}

function hostProblem(url: URL, policy: HostPolicy): string | undefined {
  const kind = hostKind(url.hostname);
  if (kind === 'special') return 'must not be an address of a reserved range';
  if (kind === 'local') {
    return policy.allowLocal
      ? undefined
      : 'must be a public host (local ones need ALLOW_LOCAL_VENDOR_HOSTS=true, for sandboxes)';
  }
  if (policy.localOnly) return 'must be a local host while the clock is scaled (CLOCK_SCALE)';
  return url.protocol === 'https:' ? undefined : 'must start with https://';
}

const localSuffixes = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa)$/;

function hostKind(hostname: string): 'public' | 'local' | 'special' {
  const host = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (isIP(host) !== 0) return addressKind(host);
  return localSuffixes.test(host) || !host.includes('.') ? 'local' : 'public';
}

/** A host whose address is not where the connection may go. */
export class AddressNotAllowed extends Error {
  readonly code = 'ERR_ADDRESS_NOT_ALLOWED';
  constructor(
    readonly hostname: string,
    reach: 'public' | 'local',
  ) {
    super(`${hostname} does not have a ${reach} address.`);
    this.name = 'AddressNotAllowed';
  }
}

/** @throws AddressNotAllowed when the resolved address is not on the public internet. */
export function assertPublicAddress(hostname: string, address: string): void {
  if (addressKind(address) !== 'public') throw new AddressNotAllowed(hostname, 'public');
}

/**
 * A DNS lookup for the HTTP client that refuses answers outside `reach`, so that a name which was public when it was
 * checked cannot lead into our network later. Addresses written in the URL itself are never looked up: they are
 * covered by `checkVendorBaseUrl`. One bad address among several refuses all.
 */
export function guardedLookup(
  reach: 'public' | 'local',
  resolve: (
    hostname: string,
    options: { all: true; family?: number },
  ) => Promise<LookupAddress[]> = resolveAll,
): LookupFunction {
  return (hostname, options, callback) => {
    const family = options.family === 4 || options.family === 6 ? { family: options.family } : {};
    resolve(hostname, { all: true, ...family }).then(
      (addresses) => {
        const [first] = addresses;
        if (!first || addresses.some(({ address }) => addressKind(address) !== reach)) {
          callback(new AddressNotAllowed(hostname, reach), '');
        } else if (options.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

function resolveAll(hostname: string, options: { all: true; family?: number }): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(hostname, options, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });
}
