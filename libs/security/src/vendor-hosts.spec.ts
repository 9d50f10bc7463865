import * as fc from 'fast-check';
import {
  addressKind,
  assertPublicAddress,
  checkVendorBaseUrl,
  guardedLookup,
  type HostPolicy,
} from './index';

const strict: HostPolicy = { allowLocal: false };
const lenient: HostPolicy = { allowLocal: true };

function reasonFor(url: string, policy: HostPolicy): string | undefined {
  const check = checkVendorBaseUrl(url, policy);
  return check.ok ? undefined : `${check.problem.field} ${check.problem.reason}`;
}

describe('checkVendorBaseUrl', () => {
  it.each([
    ['https://api.nox.energy', 'https://api.nox.energy'],
    ['https://API.nox.energy/', 'https://api.nox.energy'],
    ['https://api.vendor.example:8443/base/v1/', 'https://api.vendor.example:8443/base/v1'],
    ['https://8.8.8.8', 'https://8.8.8.8'],
    ['https://[2606:4700::1111]/', 'https://[2606:4700::1111]'],
  ])('takes %s and gives its normal form', (text, url) => {
    expect(checkVendorBaseUrl(text, strict)).toEqual({ ok: true, url, local: false });
    expect(checkVendorBaseUrl(text, lenient)).toEqual({ ok: true, url, local: false });
  });

  it.each([
    ['api.nox.energy', 'must be a URL'],
    ['', 'must be a URL'],
    ['ftp://api.nox.energy', 'https://'],
    ['file:///etc/passwd', 'https://'],
    ['https://user:pass@api.nox.energy', 'user name or password'],
    ['https://user@api.nox.energy', 'user name or password'],
    ['https://api.nox.energy?x=1', 'query'],
    ['https://api.nox.energy/?', 'query'],
    ['https://api.nox.energy/#a', 'fragment'],
    ['http://api.nox.energy', 'https://'],
    ['https://169.254.169.254/latest', 'reserved'],
    ['https://[fe80::1]', 'reserved'],
    ['https://0.0.0.0', 'reserved'],
    ['https://[::]', 'reserved'],
    ['https://[64:ff9b::7f00:1]', 'reserved'],
    ['https://[2002:7f00:1::]', 'reserved'],
  ])('refuses %j with and without local hosts', (text, reason) => {
    expect(reasonFor(text, strict)).toMatch(/^baseUrl /);
    expect(reasonFor(text, strict)).toContain(reason);
    expect(reasonFor(text, lenient)).toContain(reason);
  });

  it.each([
    'http://localhost:4001',
    'https://localhost',
    'https://LOCALHOST.',
    'https://app.localhost',
    'https://printer.local',
    'https://vendor.internal',
    'http://sandbox:4000/nox',
    'http://127.0.0.1:4001',
    'https://127.1',
    'https://2130706433',
    'https://0x7f.0.0.1',
    'https://10.1.2.3',
    'https://172.31.0.9',
    'https://192.168.1.4',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://[fd00::12]',
  ])('takes %s only where local hosts are allowed', (url) => {
    expect(reasonFor(url, strict)).toContain('ALLOW_LOCAL_VENDOR_HOSTS');
    expect(checkVendorBaseUrl(url, lenient)).toMatchObject({ ok: true, local: true });
  });

  it('refuses real clouds while the clock is scaled', () => {
    const policy = { allowLocal: true, localOnly: true };
    expect(reasonFor('https://api.nox.energy', policy)).toContain('CLOCK_SCALE');
    expect(checkVendorBaseUrl('http://127.0.0.1:4001', policy)).toMatchObject({ ok: true });
  });

  it('never repeats credentials in the reason', () => {
    expect(reasonFor('https://user:hunter2hunter2@api.nox.energy', strict)).not.toContain('hunter2');
  });
});

describe('addressKind', () => {
  it('knows every address of the private and loopback ranges, also written as IPv6', () => {
    const octet = fc.nat(255);
    const head = fc.constantFrom([10], [127], [192, 168], [172, 16], [172, 31]);
    fc.assert(
      fc.property(head, octet, octet, octet, (start, a, b, c) => {
        const address = [...start, a, b, c].slice(0, 4).join('.');
        expect(addressKind(address)).toBe('local');
        expect(addressKind(`::ffff:${address}`)).toBe('local');
      }),
    );
  });

  it.each([
    ['172.15.255.255', 'public'],
    ['172.32.0.1', 'public'],
    ['::ffff:8.8.8.8', 'public'],
    ['::ffff:169.254.169.254', 'special'],
    ['100.64.0.1', 'special'],
    ['224.0.0.1', 'special'],
    ['255.255.255.255', 'special'],
    ['2a00:1450::1', 'public'],
    ['2001:db8::1', 'special'],
    ['ff02::1', 'special'],
    ['::7f00:1', 'special'],
    ['not an address', 'special'],
  ])('takes %s for %s', (address, kind) => expect(addressKind(address)).toBe(kind));
});

describe('assertPublicAddress', () => {
  it('throws for addresses of our own network, naming the host', () => {
    expect(() => assertPublicAddress('evil.example', '10.0.0.1')).toThrow('evil.example');
    expect(() => assertPublicAddress('good.example', '8.8.8.8')).not.toThrow();
  });
});

describe('guardedLookup', () => {
  const answers: Record<string, string[]> = {
    'good.example': ['8.8.8.8', '2a00:1450::1'],
    'rebound.example': ['127.0.0.1'],
    'half.example': ['8.8.8.8', '10.0.0.1'],
    'nothing.example': [],
    sandbox: ['172.18.0.4'],
  };
  const resolve = (hostname: string) => {
    const found = answers[hostname];
    return found
      ? Promise.resolve(found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })))
      : Promise.reject(Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' }));
  };
  const ask = (reach: 'public' | 'local', hostname: string, all: boolean) =>
    new Promise<unknown>((done) =>
      guardedLookup(reach, resolve)(hostname, { all }, (error, address) => done(error?.code ?? address)),
    );

  it('passes public answers on, one or all', async () => {
    expect(await ask('public', 'good.example', false)).toBe('8.8.8.8');
    expect(await ask('public', 'good.example', true)).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2a00:1450::1', family: 6 },
    ]);
  });

  it.each(['rebound.example', 'half.example', 'nothing.example', 'sandbox'])(
    'refuses %s for a public connection',
    async (hostname) => expect(await ask('public', hostname, true)).toBe('ERR_ADDRESS_NOT_ALLOWED'),
  );

  it('lets a local connection reach local addresses only', async () => {
    expect(await ask('local', 'sandbox', false)).toBe('172.18.0.4');
    expect(await ask('local', 'good.example', false)).toBe('ERR_ADDRESS_NOT_ALLOWED');
  });

  it('passes on that a name is not known', async () => {
    expect(await ask('public', 'unknown.example', false)).toBe('ENOTFOUND');
  });

  it('resolves this machine by the system when nothing else is given', async () => {
    const address = await new Promise((done) =>
      guardedLookup('local')('localhost', {}, (error, found) => done(error ?? found)),
    );
    expect(['127.0.0.1', '::1']).toContain(address);
  });
});
