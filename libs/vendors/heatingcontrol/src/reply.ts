import type { SendReceipt } from '@warmshift/vendors/contract';
import { DeviceUnreachable, VendorRejected } from '@warmshift/vendors/contract';
import type { ParseContext, VendorResponse } from '@warmshift/vendors/kit';
import { replySchema } from './wire';
import { wordsOf } from './words';

const done = new Set(['APPLIED', 'EXECUTED', 'COMPLETED', 'SUCCESS']);
const refused = new Set(['FAILED', 'REJECTED', 'ERROR', 'CANCELLED']);
const unheard = new Set(['EXPIRED', 'TIMEOUT']);

/**
 * C2: the document prints two replies to a command, `{success, message}` and `{command, state, appliedAt}`. Both end
 * here; whatever is not a refusal is at most the cloud's word and is read back. Throws `VendorRejected`, or
 * `DeviceUnreachable` when the device did not answer the cloud.
 */
export function receiptOf(response: VendorResponse, { where, http }: ParseContext): SendReceipt {
  const words = http.redact(response.text) || undefined;
  const reply = replySchema.safeParse(jsonOrNothing(response.text));
  if (!reply.success) return { outcome: 'accepted', words };
  const { success, state, error, message } = reply.data;
  const said = state?.toUpperCase() ?? '';
  const reason = () => http.redact(wordsOf(response.text)?.text ?? message ?? response.text);
  if (unheard.has(said))
    throw new DeviceUnreachable(`${where}: the device did not answer (${said})`, true, reason());
  if (success === false || refused.has(said) || isStated(error)) {
    throw new VendorRejected(`${where}: the command was refused`, reason());
  }
  return { outcome: done.has(said) ? 'applied' : 'accepted', words };
}

function isStated(error: unknown): boolean {
  return error !== undefined && error !== null && error !== false && error !== '';
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
