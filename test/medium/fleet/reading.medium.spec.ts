import { VendorUnavailable, type DeviceReadResult, type DeviceRef } from '@warmshift/vendors/contract';
import { testDatabase } from '../../support';
import { World } from '../../support/world';

describe('reading a connection', () => {
  const db = testDatabase();
  let world: World;
  let connectionId: string;
  let asked: string[];
  beforeEach(async () => {
    world = new World(db);
    asked = [];
    const supplierId = await world.rows.supplier();
    connectionId = await world.rows.connection(supplierId);
    for (let n = 0; n < 40; n += 1) await world.rows.device(supplierId, connectionId);
  });
  afterEach(() => world.close());

  const answers = (answer: (device: DeviceRef, nth: number) => DeviceReadResult): void => {
    world.vendor.read = async function* (devices) {
      for (const [nth, device] of devices.entries()) {
        asked.push(device.vendorDeviceId);
        yield await Promise.resolve(answer(device, nth));
      }
    };
  };
  const status = async (): Promise<string | undefined> =>
    (await db.query<{ status: string }>('SELECT status FROM connections WHERE id = $1', [connectionId]))[0]
      ?.status;

  it('goes on when one request fails, however many devices it was about', async () => {
    const oneHome = new VendorUnavailable('503', false);
    answers((device, nth) => (nth < 25 ? { device, error: oneHome } : { device, zones: [] }));
    expect(await world.reading.read(connectionId, 'idle')).toEqual({ read: 15, failed: 25 });
    expect(await status()).toBe('ACTIVE');
  });

  it('stops asking when ten requests in a row had no answer, and takes the vendor for away', async () => {
    answers((device) => ({ device, error: new VendorUnavailable('503', false) }));
    expect(await world.reading.read(connectionId, 'idle')).toEqual({ read: 0, failed: 10 });
    expect(asked).toHaveLength(10);
    expect(await status()).toBe('UNAVAILABLE');
  });

  it('takes the vendor for away when its only request had no answer', async () => {
    const onlyHome = new VendorUnavailable('503', false);
    answers((device) => ({ device, error: onlyHome }));
    await world.reading.read(connectionId, 'idle');
    expect(await status()).toBe('UNAVAILABLE');
    answers((device) => ({ device, zones: [] }));
    await world.reading.read(connectionId, 'idle');
    expect(await status()).toBe('ACTIVE');
  });

  it('keeps the newest forecast of a zone', async () => {
    const now = world.clock.now();
    const forecasts = () =>
      db.query<{ powersW: number[]; startsAt: Date }>(
        'SELECT powers_w AS "powersW", starts_at AS "startsAt" FROM zone_forecasts ORDER BY 1',
      );
    const reading = (measuredAt: number, powersW: readonly number[] | undefined) => [
      {
        kind: 'room' as const,
        reading: {
          measuredAt,
          temperatureC: 20,
          powerQuality: 'missing' as const,
          expectedCourse: powersW && { startsAt: measuredAt, powersW },
        },
      },
    ];
    let one: string | undefined;
    const read = async (measuredAt: number, powersW?: readonly number[]): Promise<void> => {
      answers((device) => {
        one ??= device.vendorDeviceId;
        return { device, zones: device.vendorDeviceId === one ? reading(measuredAt, powersW) : [] };
      });
      await world.reading.read(connectionId, 'idle');
    };
    await db.query('UPDATE zones SET measured_at = NULL');
    await read(now - 3_600_000, [500, 600]);
    expect(await forecasts()).toMatchObject([{ powersW: [500, 600] }]);
    await read(now - 1_800_000);
    expect(await forecasts()).toMatchObject([{ powersW: [500, 600] }]);
    await read(now, [700, 0, 800]);
    expect(await forecasts()).toMatchObject([{ powersW: [700, 0, 800], startsAt: new Date(now) }]);
    await read(now - 2_700_000, [1]);
    expect(await forecasts()).toMatchObject([{ powersW: [700, 0, 800] }]);
  });
});
