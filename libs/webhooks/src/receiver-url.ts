import { InvalidInput } from '@warmshift/domain';
import { checkVendorBaseUrl, type HostPolicy } from '@warmshift/security';

/** https and public, by the same rules as vendors' hosts. @throws InvalidInput naming `url`. */
export function receiverUrl(
  text: string,
  policy: HostPolicy,
): { readonly url: string; readonly local: boolean } {
  const checked = checkVendorBaseUrl(text, policy);
  if (!checked.ok) throw InvalidInput.because('url', checked.problem.reason);
  return { url: checked.url, local: checked.local };
}
