/** What stands where a secret stood. */
export const redactedMark = '[redacted]';

/** Longest text that a vendor's words are cut to. */
export const maxWordsLength = 500;

/** Only so much of an answer is looked at; the cut to `maxWordsLength` comes after the redaction. */
const maxRedactedLength = 64_000;
/** Values of fields with such names are hidden even when nobody told us the value (a token answer). */
const secretField =
  /("?\b(?:access_token|refresh_token|id_token|api_?key|x-api-key|client_secret|password)"?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|[^\s,;&}"]+)/gi;
const authorizationValue = /\b(Bearer|Basic)\s+(?=\S*\d)[A-Za-z0-9._~+/=-]{6,}/gi;

/** Removes known secrets, in every form in which a vendor may echo them, from texts that people see. */
export class Redactor {
  private readonly known = new Set<string>();
  private forms: readonly string[] = [];

  constructor(secrets: readonly string[]) {
    for (const secret of secrets) this.add(secret);
  }

  add(secret: string): void {
    if (secret === '' || this.known.has(secret)) return;
    this.known.add(secret);
    const forms = new Set([...this.forms, ...formsOf(secret)]);
    this.forms = [...forms].sort((a, b) => b.length - a.length);
  }

  /** The text without secrets, at most `maxWordsLength` characters. */
  redact(text: string): string {
    let clean = text.length > maxRedactedLength ? text.slice(0, maxRedactedLength) : text;
    for (const form of this.forms) clean = clean.replaceAll(form, redactedMark);
    clean = clean.replace(secretField, `$1${redactedMark}`).replace(authorizationValue, `$1 ${redactedMark}`);
    return clean.length > maxWordsLength ? `${clean.slice(0, maxWordsLength - 1)}…` : clean;
  }
}

/** As it is, as in a URL, in a form body, in JSON and in base64. */
function formsOf(secret: string): string[] {
  const url = encodeURIComponent(secret);
  const form = new URLSearchParams({ s: secret }).toString().slice(2);
  const base64 = Buffer.from(secret, 'utf8').toString('base64');
  const forms = [
    secret,
    url,
    form,
    ...[url, form].map((text) => text.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())),
    JSON.stringify(secret).slice(1, -1),
    base64,
    base64.replace(/=+$/, ''),
    encodeURIComponent(base64),
    Buffer.from(secret, 'utf8').toString('base64url'),
  ];
  return forms.filter((text) => text !== '');
}
