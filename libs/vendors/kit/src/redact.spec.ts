import fc from 'fast-check';
import { maxWordsLength, Redactor } from './redact';

describe('Redactor', () => {
  it.each([
    ['as it is', (s: string) => s],
    ['in a URL', encodeURIComponent],
    ['in a form body', (s: string) => new URLSearchParams({ s }).toString().slice(2)],
    [
      'in a URL with small hex digits',
      (s: string) => encodeURIComponent(s).replace(/%../g, (hex) => hex.toLowerCase()),
    ],
    ['in base64', (s: string) => Buffer.from(s).toString('base64')],
    ['in base64 for URLs', (s: string) => Buffer.from(s).toString('base64url')],
    ['in JSON', (s: string) => JSON.stringify(s).slice(1, -1)],
  ])('removes a secret %s', (_name, write) => {
    const secret = 'p/ss "wörd"+&?';
    expect(new Redactor([secret]).redact(`before ${write(secret)} after`)).toBe('before [redacted] after');
  });

  it('never lets a secret through, wherever it stands and whatever it is', () => {
    const secrets = fc.string({ minLength: 8 }).filter((s) => !'[redacted]…'.includes(s.trim()));
    fc.assert(
      fc.property(secrets, fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(!before.includes(secret) && !after.includes(secret));
        expect(new Redactor([secret]).redact(`${before}${secret}${after}`)).not.toContain(secret);
      }),
    );
  });

  it('does not show the first half of a secret that the cut would have split', () => {
    const text = `${'x'.repeat(maxWordsLength - 5)}SECRETSECRET`;
    const clean = new Redactor(['SECRETSECRET']).redact(text);
    expect(clean).not.toContain('SECR');
    expect(clean).toHaveLength(maxWordsLength);
  });

  it('hides tokens nobody told it of, by the name of their field', () => {
    const answer = '{"access_token": "abc.def", "refresh_token":"ghi", "expires_in": 3600}';
    expect(new Redactor([]).redact(answer)).toBe(
      '{"access_token": [redacted], "refresh_token":[redacted], "expires_in": 3600}',
    );
    expect(new Redactor([]).redact('GET /login?api_key=1a79&lang=EN')).toBe(
      'GET /login?api_key=[redacted]&lang=EN',
    );
    expect(new Redactor([]).redact('authorization was Bearer eyJ0.1')).toBe(
      'authorization was Bearer [redacted]',
    );
  });

  it('leaves ordinary words alone', () => {
    const words = 'UNAUTHORIZED: Basic authentication header required (request abc-123)';
    expect(new Redactor(['', 'other']).redact(words)).toBe(words);
  });
});
