/** One request to a vendor. Secrets go into headers or bodies, never into `path` or `query`. */
export interface VendorRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Appended to the connection's base URL; parts already encoded with `encodeURIComponent`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as `application/json`. */
  readonly json?: unknown;
  /** Sent as `application/x-www-form-urlencoded`. */
  readonly form?: Readonly<Record<string, string>>;
  /** For the pacer: restores may use the share that is kept back for them. */
  readonly purpose: 'read' | 'steer' | 'restore';
  /** Real ms for the whole exchange; default 20,000. */
  readonly timeoutMs?: number;
  /** Asking again changes nothing at the vendor, so it may be repeated. Default: whether it is a GET. */
  readonly idempotent?: boolean;
  /** Statuses from 500 on that say something about a device and not that the vendor is away: neither repeated nor counted. */
  readonly answers?: readonly number[];
}

export interface VendorResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text, at most the size cap. */
  readonly text: string;
}

/**
 * The one way to a vendor's host. Waits for the pacer, then sends. An idempotent request that got no answer or a 5xx is
 * sent again, at most twice, after a short pause; a write never is, nor anything that timed out. A connection that failed
 * ten times in a row is left alone for a minute (`CircuitBreaker`). Throws `VendorUnavailable` when there is no
 * usable answer (with `sent` telling whether the request may have arrived), `VendorRateLimited` on 429 (after
 * telling the pacer), and returns every other status for the adapter to judge.
 */
export interface VendorHttp {
  request(request: VendorRequest): Promise<VendorResponse>;
  /** Removes this connection's secrets from a vendor's words and cuts them to 500 characters. */
  redact(text: string): string;
  /**
   * Adds a secret learned on the way (a session key). Not needed for what is sent in an `authorization` or
   * `x-api-key` header: those are learned by themselves.
   */
  hide(secret: string): void;
}
