import type { Instant } from '@warmshift/domain';
import type { StoredToken, VendorContext } from '@warmshift/vendors/contract';
import { VendorAuthExpired, VendorError } from '@warmshift/vendors/contract';
import { VendorAuthRejected } from './auth-rejected';

const lifeShare = 0.85;
const earlyMs = 60_000;

/**
 * When a token that lives `lifeMs` from `now` should be renewed: at 85 % of its life and at least 60 s early
 * (half-way, for one that lives less than two minutes). Store this as the token's `expiresAt`.
 */
export function renewAt(now: Instant, lifeMs: number): Instant {
  if (lifeMs < 2 * earlyMs) return now + Math.max(0, Math.floor(lifeMs / 2));
  return now + Math.floor(Math.min(lifeMs * lifeShare, lifeMs - earlyMs));
}

/**
 * Calls the vendor with the connection's token. Gets one when there is none or its `expiresAt` has passed (see
 * `renewAt`); when the call throws `VendorAuthRejected`, gets a new one once and calls once more. A second
 * rejection is `VendorAuthExpired` with the vendor's words. Fetching is single-flight across processes
 * (`TokenStore.renew`). A token that is only due, not rejected, is still tried when no new one can be had.
 */
export async function withToken<T>(
  context: Pick<VendorContext, 'tokens' | 'clock'>,
  fetchToken: () => Promise<StoredToken>,
  call: (token: string) => Promise<T>,
): Promise<T> {
  const token = await currentToken(context, fetchToken);
  try {
    return await call(token.value);
  } catch (error) {
    if (!(error instanceof VendorAuthRejected)) throw error;
  }
  const renewed = await context.tokens.renew(token.value, fetchToken);
  try {
    return await call(renewed.value);
  } catch (error) {
    if (!(error instanceof VendorAuthRejected)) throw error;
    throw new VendorAuthExpired(`${error.message}, with a new token too`, error.words);
  }
}

async function currentToken(
  { tokens, clock }: Pick<VendorContext, 'tokens' | 'clock'>,
  fetchToken: () => Promise<StoredToken>,
): Promise<StoredToken> {
  const stored = await tokens.read();
  if (stored === undefined) return tokens.renew(undefined, fetchToken);
  if (stored.expiresAt === undefined || clock.now() < stored.expiresAt) return stored;
  try {
    return await tokens.renew(stored.value, fetchToken);
  } catch (error) {
    if (error instanceof VendorError && error.retry === 'later') return stored;
    throw error;
  }
}
