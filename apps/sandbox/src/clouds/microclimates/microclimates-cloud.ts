import { createHash, randomUUID } from 'node:crypto';
import type { CloudFront, Reply, Route, SandboxRequest } from '../../http/routes';
import { headerOf, type CloudContext, type SandboxCredentials } from '../cloud-context';

const vendor = 'microclimates';
const account = {
  id: '3627cc99-d839-4684-bd78-8322703b273f',
  firstName: 'Fleet',
  lastName: 'Operator',
  email: 'fleet@example.com',
  phone: '',
  avatarUrl: '',
};
const names: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Bad Gateway',
};

/** The Microclimates Climate Control API v2: accounts and sites, no devices. */
export class MicroclimatesCloud implements CloudFront {
  readonly vendor = vendor;
  readonly prefix = '/microclimates';
  readonly routes: readonly Route[] = [
    this.open('/api/v2/accounts', () => ({ status: 200, body: [account] })),
    this.open('/api/v2/accounts/:id', (request) =>
      request.params['id'] === account.id
        ? { status: 200, body: account }
        : this.failure(404, 'There is no account with this id.'),
    ),
    this.open('/api/v2/sites', () => ({ status: 200, body: this.sites() })),
    this.open('/api/v2/sites/:id', (request) => this.site(request)),
    {
      method: 'ANY',
      pattern: '/api/v2/invites',
      handle: () => this.failure(501, 'Invitations are not played by the sandbox.'),
    },
  ];

  constructor(
    private readonly context: CloudContext,
    private readonly credentials: SandboxCredentials['microclimates'],
  ) {}

  failure(status: number, message: string): Reply {
    return {
      status,
      body: {
        name: names[status] ?? 'Error',
        statusCode: status,
        message,
        timestamp: new Date(this.context.now()).toISOString(),
        requestId: randomUUID(),
        meta: { warnings: [], moreInfo: [] },
      },
    };
  }

  private open(pattern: string, handle: Route['handle']): Route {
    return {
      method: 'GET',
      pattern,
      handle: (request) => {
        const authorization = headerOf(request.headers, 'authorization');
        const valid = authorization === `Bearer ${this.credentials.apiToken}`;
        if (!valid || this.context.faults.on(vendor, 'expired-credentials')) {
          return this.failure(401, 'HTTP 401 Unauthorized');
        }
        return withEtag(request, handle(request));
      },
    };
  }

  private sites(): readonly unknown[] {
    const sites: unknown[] = this.context.world.fleet.microclimates.map(({ device, name, role }) => ({
      id: device.identity.vendorDeviceId,
      name,
      role: this.role(role),
    }));
    if (this.context.faults.on(vendor, 'malformed-device') && sites.length > 0)
      sites[0] = { name: 7, role: 'boss' };
    return sites;
  }

  private role(role: number): number {
    return this.context.faults.on(vendor, 'role-downgrade') ? Math.min(1, role) : role;
  }

  private site(request: SandboxRequest): Reply {
    const { id } = request.params;
    const site = this.context.world.fleet.microclimates.find((s) => s.device.identity.vendorDeviceId === id);
    if (!site) return this.failure(404, 'There is no site with this id.');
    if (!site.device.reachable) return this.failure(503, 'The site’s edge server does not answer.');
    const menu = [
      { id: 'zone-one', name: 'Zone One', icon: 'location', hubId: id, dashId: 'zone-one', items: [] },
      { id: 'account', name: 'Account', icon: 'user', page: 'account-settings' },
    ];
    return { status: 200, body: { id, name: site.name, role: this.role(site.role), menu } };
  }
}

/** 304 without a body when the client already has this content. */
function withEtag(request: SandboxRequest, reply: Reply): Reply {
  if (reply.status !== 200) return reply;
  const hash = createHash('sha1').update(JSON.stringify(reply.body)).digest('base64url');
  const etag = `W/"${hash}"`;
  const headers = { ...reply.headers, etag };
  return headerOf(request.headers, 'if-none-match') === etag
    ? { status: 304, headers }
    : { ...reply, headers };
}
