import type { Vendor } from '../world/device';

/** One request as the fronts see it: path below the vendor's prefix, body parsed. */
export interface SandboxRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON, or the fields of a form; undefined without a body. */
  readonly body: unknown;
  /** Values of the `:names` in the route. */
  readonly params: Readonly<Record<string, string>>;
  /** Does `change` and writes it down; a switched-on fault may keep it from happening or delay it. */
  readonly apply: ApplyWrite;
}

export type ApplyWrite = (write: AppliedWrite, change: () => void) => void;

export interface AppliedWrite {
  readonly vendorDeviceId: string;
  /** The vendor's name of the call. */
  readonly call: string;
  /** What was asked for, as the vendor got it. */
  readonly what: unknown;
}

export interface Reply {
  readonly status: number;
  /** Sent as JSON; absent: no body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE' | 'ANY';
  /** Segments of the path; `:name` matches one segment. */
  readonly pattern: string;
  /** Changes a home: faults of writes apply. */
  readonly write?: boolean | undefined;
  handle(request: SandboxRequest): Reply;
}

/** One vendor's cloud behind its path prefix. */
export interface CloudFront {
  readonly vendor: Vendor;
  readonly prefix: string;
  readonly routes: readonly Route[];
  /** An error in this vendor's own form, for what never reaches a route. */
  failure(status: number, message: string): Reply;
}

/** The route for a path and the values of its names. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly params: Record<string, string> } | undefined {
  const segments = path.split('/');
  for (const route of routes) {
    if (route.method !== 'ANY' && route.method !== method) continue;
    const params = matchSegments(route.pattern.split('/'), segments);
    if (params) return { route, params };
  }
  return undefined;
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (expected.startsWith(':')) params[expected.slice(1)] = segment;
    else if (expected !== segment) return undefined;
  }
  return params;
}
