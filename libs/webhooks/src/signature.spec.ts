import { signatureOf, signedHeaders } from './signature';

describe('signatureOf', () => {
  it('is the example of the Standard Webhooks document', () => {
    expect(
      signatureOf(
        'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
        'msg_p5jXN8AQM9LWM0D4loKWxJek',
        1614265330,
        '{"test": 2432232314}',
      ),
    ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('signs with each secret', () => {
    const headers = signedHeaders(['whsec_AAAA', 'whsec_BBBB'], 'evt_1', 1_500, 'x');
    expect(headers['webhook-timestamp']).toBe('1');
    expect(headers['webhook-signature']).toBe(
      `${signatureOf('whsec_AAAA', 'evt_1', 1, 'x')} ${signatureOf('whsec_BBBB', 'evt_1', 1, 'x')}`,
    );
  });
});
