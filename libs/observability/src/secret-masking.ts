/** What stands where a secret stood. */
export const masked = '[redacted]';

const seedLength = 4;

/**
 * Finds registered secrets in text, in the forms in which they travel: raw, URL-encoded, base64 (also inside a longer
 * base64 text such as a Basic header). The time to scan a text does not grow with the number of secrets.
 */
export class SecretRegister {
  private readonly known = new Set<string>();
  /** Forms by their first characters, the longest first. */
  private readonly formsBySeed = new Map<string, string[]>();

  /** Values of fewer than four characters are left to the redaction by name: they would blank out ordinary words. */
  add(value: string): void {
    if (value.length < seedLength || this.known.has(value)) return;
    this.known.add(value);
    for (const form of formsOf(value)) this.addForm(form);
  }

  mask(text: string): string {
    if (this.known.size === 0) return text;
    let result = '';
    let copiedTo = 0;
    for (let at = 0; at + seedLength <= text.length; at += 1) {
      const form = this.formAt(text, at);
      if (form === undefined) continue;
      result += text.slice(copiedTo, at) + masked;
      copiedTo = at + form.length;
      at = copiedTo - 1;
    }
    return copiedTo === 0 ? text : result + text.slice(copiedTo);
  }

  private formAt(text: string, at: number): string | undefined {
    const forms = this.formsBySeed.get(text.slice(at, at + seedLength));
    return forms?.find((form) => text.startsWith(form, at));
  }

  private addForm(form: string): void {
    const seed = form.slice(0, seedLength);
    const forms = this.formsBySeed.get(seed) ?? [];
    if (forms.includes(form)) return;
    this.formsBySeed.set(
      seed,
      [...forms, form].sort((a, b) => b.length - a.length),
    );
  }
}

function formsOf(value: string): string[] {
  const forms = [value, JSON.stringify(value).slice(1, -1), ...urlForms(value), ...base64Forms(value)];
  return forms.filter((form) => form.length >= seedLength);
}

function urlForms(value: string): string[] {
  const bytes = Buffer.from(value);
  const wellFormed = bytes.toString();
  const encoded = encodeURIComponent(wellFormed);
  const form = new URLSearchParams({ v: value }).toString().slice(2);
  const lowerCase = (text: string) => text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
  return [encoded, form, lowerCase(encoded), lowerCase(form)];
}

/** For each of the three alignments, the characters that depend on the secret alone. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  if (bytes.length < 6) return [];
  return [0, 1, 2].flatMap((shift) => {
    const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
    const firstOwn = Math.ceil((shift * 8) / 6);
    const firstForeign = Math.floor((padded.length * 8) / 6);
    return (['base64', 'base64url'] as const).map((encoding) =>
      padded.toString(encoding).slice(firstOwn, firstForeign),
    );
  });
}
