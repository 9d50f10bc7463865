import { errorSchema } from './wire';

export interface VendorWords {
  readonly code?: string | undefined;
  /** Code, message and request id, as the operator should see them. Not yet redacted. */
  readonly text: string;
}

/** The vendor's own words in an error answer, in the document's envelope or OAuth's form (C16); else `undefined`. */
export function wordsOf(body: string): VendorWords | undefined {
  const parsed = errorSchema.safeParse(jsonOrNothing(body));
  if (!parsed.success) return undefined;
  const { error, error_description: description } = parsed.data;
  const message = error.message ?? description;
  const request = error.requestId === undefined ? '' : ` (request ${error.requestId})`;
  const said = [error.code, message].filter((part) => part !== undefined).join(': ');
  return said === '' ? undefined : { code: error.code, text: `${said}${request}` };
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
