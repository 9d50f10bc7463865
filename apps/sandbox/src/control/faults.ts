import { vendors, type SimDevice, type Vendor } from '../world/device';
import { Random } from '../world/random';

/** What can be made to go wrong, and at which vendors. */
export const faultCatalogue = {
  'http-500': { vendors, description: 'A share of requests is answered with 500 before anything happens.' },
  'rate-limited': {
    vendors,
    description: 'A share of requests is answered with 429 and Retry-After (real seconds).',
  },
  slow: {
    vendors,
    description: 'The answers to a share of requests come only after delayMs (real, default 3000).',
  },
  'connection-reset': { vendors, description: 'A share of requests is cut off before anything happens.' },
  'lost-response': {
    vendors,
    description: 'A share of writes takes effect, but the connection is cut before the answer.',
  },
  'not-applied': { vendors, description: 'A share of writes is answered as a success and has no effect.' },
  'applied-late': {
    vendors,
    description: 'A share of writes takes effect only 40 s (virtual) after the answer.',
  },
  'expired-credentials': { vendors, description: 'The credentials no longer work, old sessions neither.' },
  'revoked-sessions': {
    vendors: ['heatingcontrol', 'istabai'],
    description: 'When switched on: sessions and tokens given out so far stop working; new ones can be had.',
  },
  'offline-devices': {
    vendors,
    description: 'A share of devices (sites at Microclimates) is cut off from the cloud.',
  },
  'malformed-device': {
    vendors,
    description: 'One device, room or site in every listing lacks its documented shape.',
  },
  'malformed-fields': {
    vendors,
    description: 'A share of the fields of every read answer is of a wrong type.',
  },
  'unknown-words': {
    vendors,
    description: 'Answers have fields and words that no document has.',
  },
  'empty-reply': {
    vendors: ['heatingcontrol', 'istabai', 'nox'],
    description: 'A share of successful writes is answered with an empty body.',
  },
  'vanishing-device': {
    vendors: ['heatingcontrol'],
    description: 'The second page of a listing lacks a device that its home counts.',
  },
  'short-lived-tokens': {
    vendors: ['heatingcontrol'],
    description: 'Access tokens stop working after a second although they promise an hour.',
  },
  'string-error-codes': { vendors: ['istabai'], description: 'Error codes come as texts.' },
  'get-only': {
    vendors: ['istabai'],
    description: 'Everything but GET is answered with 405.',
  },
  'second-login-ends-session': {
    vendors: ['istabai'],
    description: 'A login ends the sessions that were there before.',
  },
  'role-downgrade': { vendors: ['microclimates'], description: 'Our role at every site is monitor at most.' },
  'paging-without-cursor': {
    vendors: ['heatingcontrol'],
    description: 'Listings stop half way with hasMore true and no cursor to go on with.',
  },
  'paging-repeats': {
    vendors: ['heatingcontrol', 'nox'],
    description: 'The cursor of the next page is always the one of the first page.',
  },
  'html-content-type': { vendors: ['istabai'], description: 'JSON comes as text/html.' },
  'html-body': { vendors, description: 'A share of requests gets a page of HTML with status 200.' },
  'token-wants-basic': {
    vendors: ['heatingcontrol'],
    description: 'The token endpoint insists on an Authorization: Basic header.',
  },
} as const satisfies Record<string, { readonly vendors: readonly Vendor[]; readonly description: string }>;

export type FaultName = keyof typeof faultCatalogue;

export interface FaultSetting {
  /** Share of requests or devices hit, 0..1. */
  readonly share: number;
  readonly seed: number;
  /** Real ms, of `slow`. */
  readonly delayMs: number;
  /** Real s in Retry-After, of `rate-limited`. */
  readonly retryAfterS: number;
}

interface ActiveFault {
  readonly setting: FaultSetting;
  readonly random: Random;
}

/** The switches; drawn with their own seed, so that a run can be repeated. */
export class FaultBoard {
  private readonly active = new Map<string, ActiveFault>();
  private readonly generations = new Map<Vendor, number>();

  constructor(private readonly devices: readonly SimDevice[]) {}

  switchOn(vendor: Vendor, fault: FaultName, setting: FaultSetting): void {
    const random = new Random('fault', vendor, fault, setting.seed);
    this.active.set(`${vendor}/${fault}`, { setting, random });
    if (fault === 'revoked-sessions') this.generations.set(vendor, this.generation(vendor) + 1);
    if (fault === 'offline-devices') this.cutOff(vendor, setting);
  }

  switchOff(vendor: Vendor, fault: FaultName): void {
    this.active.delete(`${vendor}/${fault}`);
    if (fault === 'offline-devices') this.cutOff(vendor, undefined);
  }

  reset(): void {
    this.active.clear();
    for (const vendor of vendors) this.cutOff(vendor, undefined);
  }

  /** Whether the fault is on, whatever its share. */
  on(vendor: Vendor, fault: FaultName): boolean {
    return this.active.has(`${vendor}/${fault}`);
  }

  /** Draws whether the fault hits this request. */
  hits(vendor: Vendor, fault: FaultName): FaultSetting | undefined {
    const found = this.active.get(`${vendor}/${fault}`);
    return found && found.random.chance(found.setting.share) ? found.setting : undefined;
  }

  /** Sessions of an earlier generation no longer work. */
  generation(vendor: Vendor): number {
    return this.generations.get(vendor) ?? 0;
  }

  list(): readonly { readonly vendor: Vendor; readonly fault: FaultName; readonly setting: FaultSetting }[] {
    return [...this.active].map(([key, { setting }]) => {
      const slash = key.indexOf('/');
      return { vendor: key.slice(0, slash) as Vendor, fault: key.slice(slash + 1) as FaultName, setting };
    });
  }

  private cutOff(vendor: Vendor, setting: FaultSetting | undefined): void {
    for (const device of this.devices) {
      if (device.identity.vendor !== vendor) continue;
      const random = new Random('offline', device.key, setting?.seed ?? 0);
      device.cutOff = setting !== undefined && random.chance(setting.share);
    }
  }
}
