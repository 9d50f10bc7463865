import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import event from '../fixtures/webhook-being-steered.json';
import { readNoxWebhook } from './webhook';
import { isSignedWith, maxTimestampAgeMs, type SignedWebhook } from './webhook-signature';

const apiKey = 'k3y-of-the-supplier';
const happenedAt = Date.UTC(2026, 2, 17, 16, 30, 41);
const seconds = String(happenedAt / 1000);
const sign = (text: string | Uint8Array, key = apiKey) =>
  `sha256=${createHmac('sha256', key).update(text).digest('hex')}`;

function delivery(body: unknown, changes: Partial<SignedWebhook> = {}): SignedWebhook {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    rawBody: Buffer.from(text, 'utf8'),
    timestamp: seconds,
    signature: sign(`${changes.timestamp ?? seconds}.${text}`),
    ...changes,
  };
}
const read = (webhook: SignedWebhook, now = happenedAt, key: string | undefined = apiKey) =>
  readNoxWebhook(webhook, { apiKey: key, now, toleranceMs: maxTimestampAgeMs });

describe('readNoxWebhook', () => {
  it('takes the documented event, signed over time stamp and body', () => {
    expect(read(delivery(event))).toEqual({
      kind: 'status',
      subject: '749f2d79-7ba3-4c2d-8339-eee4d8ba0bef device.steerable_status.being_steered.updated',
      event: {
        type: 'device.steerable_status.being_steered.updated',
        happenedAt,
        deviceId: '749f2d79-7ba3-4c2d-8339-eee4d8ba0bef',
      },
    });
  });

  it('takes a signature over the body alone too, for as long as the text is not published', () => {
    const text = JSON.stringify(event);
    expect(read(delivery(event, { signature: sign(text) })).kind).toBe('status');
  });

  it.each<[string, Partial<SignedWebhook>]>([
    ['of another key', { signature: sign(`${seconds}.${JSON.stringify(event)}`, 'another key') }],
    ['of another body', { signature: sign(`${seconds}.{}`) }],
    [
      'of another time stamp',
      { timestamp: String(Number(seconds) + 1), signature: sign(`${seconds}.${JSON.stringify(event)}`) },
    ],
    ['that is missing', { signature: undefined }],
    ['that is empty', { signature: 'sha256=' }],
    [
      'without its scheme',
      { signature: sign(`${seconds}.${JSON.stringify(event)}`).slice('sha256='.length) },
    ],
    ['in capitals', { signature: sign(`${seconds}.${JSON.stringify(event)}`).toUpperCase() }],
    ['of zeros', { signature: `sha256=${'0'.repeat(64)}` }],
  ])('refuses a signature %s', (_name, changes) => {
    expect(read(delivery(event, changes))).toEqual({ kind: 'refused', reason: 'signature' });
  });

  it('refuses everything for a connection that nobody knows', () => {
    const webhook = delivery(event, { signature: sign(`${seconds}.${JSON.stringify(event)}`, 'nobody') });
    expect(
      readNoxWebhook(webhook, { apiKey: undefined, now: happenedAt, toleranceMs: maxTimestampAgeMs }),
    ).toEqual({
      kind: 'refused',
      reason: 'signature',
    });
  });

  it.each([
    ['five minutes old', maxTimestampAgeMs, 'status'],
    ['older', maxTimestampAgeMs + 1, 'refused'],
    ['five minutes ahead', -maxTimestampAgeMs, 'status'],
    ['further ahead', -maxTimestampAgeMs - 1, 'refused'],
  ])('judges a time stamp that is %s', (_name, ageMs, kind) => {
    expect(read(delivery(event), happenedAt + ageMs).kind).toBe(kind);
  });

  it.each(['', 'now', '1e3', '-5', '2026-03-17T16:30:41Z', '99999999999999'])(
    'refuses the time stamp "%s"',
    (timestamp) => {
      expect(read(delivery(event, { timestamp }))).toEqual({ kind: 'refused', reason: 'timestamp' });
    },
  );

  it.each(['device.steerable_status.updated', 'device.steerable_status.DHW.can_activate.updated'])(
    'follows %s',
    (type) => {
      expect(read(delivery({ ...event, type })).kind).toBe('status');
    },
  );

  it.each([
    'user.settings.flex_trading.updated',
    'device.steerable_statuses.updated',
    'device.steerable_status.deleted',
  ])('ignores %s', (type) => {
    expect(read(delivery({ ...event, type }))).toMatchObject({ kind: 'ignored', event: { type } });
  });

  it('knows an event of a user, which names no device', () => {
    const { metadata } = event;
    const read1 = read(delivery({ ...event, metadata: { ...metadata, device_id: null } }));
    expect(read1).toMatchObject({
      kind: 'status',
      subject: `- ${event.type}`,
      event: { deviceId: undefined },
    });
  });

  it.each([
    '',
    'hello',
    '[]',
    '{}',
    '{"type":7,"timestamp":"2026-03-17T16:30:41Z"}',
    '{"type":"a","timestamp":"soon"}',
  ])('cannot read the signed body %s', (body) => {
    expect(read(delivery(body))).toEqual({ kind: 'unreadable' });
  });

  it('says something of every signed body, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (body) => {
        expect(['unreadable', 'ignored', 'status']).toContain(read(delivery(body)).kind);
      }),
    );
  });
});

describe('isSignedWith', () => {
  it('notices a change of any single byte', () => {
    const webhook = delivery(event);
    fc.assert(
      fc.property(fc.nat(webhook.rawBody.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const rawBody = Buffer.from(webhook.rawBody);
        rawBody[place] = (rawBody[place] ?? 0) ^ change;
        expect(isSignedWith(apiKey, { ...webhook, rawBody })).toBe(false);
      }),
    );
    expect(isSignedWith(apiKey, webhook)).toBe(true);
  });
});
