import type { StoredToken, VendorContext } from '@warmshift/vendors/contract';
import { VendorAuthExpired } from '@warmshift/vendors/contract';
import type { VendorHttp, VendorRequest, VendorResponse } from '@warmshift/vendors/kit';
import { failForStatus, parseJson, parseWith, renewAt } from '@warmshift/vendors/kit';
import type { Credentials, Settings } from './config';
import { tokenSchema } from './wire';
import { wordsOf } from './words';

const where = 'POST /v1/oauth/token';
const styleKey = 'token-auth-style';
type Style = 'body' | 'basic';

export interface TokenSource {
  readonly context: Pick<VendorContext, 'memory' | 'clock'>;
  readonly http: VendorHttp;
  readonly credentials: Credentials;
  readonly settings: Settings;
}

/**
 * Gets an access token. C1: the document asks for an `authorization` header and sends none, so `auto` tries the body
 * alone first and then once more with Basic, and remembers what worked. 400, 401 and 403 mean
 * that the credentials do not work (`VendorAuthExpired`).
 */
export async function fetchToken(
  source: TokenSource,
  purpose: VendorRequest['purpose'],
): Promise<StoredToken> {
  const styles = await stylesToTry(source);
  let refused: VendorResponse | undefined;
  for (const style of styles) {
    const response = await ask(source, style, purpose);
    if (isSuccess(response)) {
      const token = read(source, response);
      if (source.settings.tokenAuthStyle === 'auto') await source.context.memory.set(styleKey, style);
      return token;
    }
    if (![400, 401, 403].includes(response.status)) {
      return failForStatus(response, { http: source.http, where, words: wordsOf(response.text)?.text });
    }
    refused ??= response;
    if (!mayBeTheStyle(response)) break;
  }
  const words = refused === undefined ? undefined : (wordsOf(refused.text)?.text ?? refused.text);
  throw new VendorAuthExpired(
    `${where}: the client id or secret is not accepted (HTTP ${refused?.status})`,
    words === undefined ? undefined : source.http.redact(words),
  );
}

async function stylesToTry({ context, settings }: TokenSource): Promise<readonly Style[]> {
  if (settings.tokenAuthStyle !== 'auto') return [settings.tokenAuthStyle];
  return (await context.memory.get(styleKey)) === 'basic' ? ['basic', 'body'] : ['body', 'basic'];
}

function ask(
  { http, credentials }: TokenSource,
  style: Style,
  purpose: VendorRequest['purpose'],
): Promise<VendorResponse> {
  const { clientId, clientSecret } = credentials;
  const basic = Buffer.from(`${clientId}:${clientSecret}`, 'utf8').toString('base64');
  return http.request({
    method: 'POST',
    path: '/v1/oauth/token',
    headers: style === 'basic' ? { authorization: `Basic ${basic}` } : {},
    json: { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret },
    purpose,
  });
}

function read({ context, http }: TokenSource, response: VendorResponse): StoredToken {
  const body = parseJson(response, { where, http });
  const words = wordsOf(response.text);
  if (words !== undefined) throw new VendorAuthExpired(`${where}: refused`, http.redact(words.text));
  const token = parseWith(tokenSchema, body, { where, http });
  http.hide(token.access_token);
  const lifeMs = token.expires_in === undefined ? undefined : token.expires_in * 1000;
  return {
    value: token.access_token,
    expiresAt: lifeMs === undefined ? undefined : renewAt(context.clock.now(), lifeMs),
  };
}

/** Any 401 may come from the missing header; a 400 only when it says so. */
function mayBeTheStyle(response: VendorResponse): boolean {
  if (response.status === 401) return true;
  return response.status === 400 && /authori[sz]ation|header|basic/i.test(response.text);
}

function isSuccess({ status }: VendorResponse): boolean {
  return status >= 200 && status < 300;
}
