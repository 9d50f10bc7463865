import { asSystem } from '@warmshift/db';
import { DiscoverService, ReadService } from '@warmshift/fleet-sync';
import { FakeController } from '../../../libs/vendors/sgready/testing/fake-controller';
import { testDatabase } from '../../support';
import { ApiWorld, bootstrapKey } from '../api/api-world';

const token = 'mill-lane-t0ken';

describe('an SG-Ready controller, connected to the running service', () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  const controller = new FakeController(token, Date.now());
  let baseUrl: string;
  beforeAll(async () => {
    baseUrl = await controller.start();
    await world.start();
  });
  afterAll(async () => {
    await world.stop();
    await controller.stop();
  });

  const connect = (name: string, credentials: object) => {
    const body = { vendor: 'sgready', name, baseUrl, credentials };
    return world.as(bootstrapKey).post('/admin/v1/connections', body);
  };

  it('says in the words of the controller that a token is wrong', async () => {
    const answer = await connect('Wrong token', { token: 'wrong' });
    expect(answer.body).toMatchObject({
      status: 'NEEDS_REAUTHENTICATION',
      statusReason: expect.stringContaining('The token is not known.') as string,
    });
    expect(controller.requests).toBe(1);
  });

  it('shows its heat pumps with what speaks against steering them', async () => {
    const created = await connect('Mill Lane', { token });
    expect(created.body).toMatchObject({ status: 'ACTIVE' });
    const { connectionId: id } = created.body as { connectionId: string };
    const app = world.api.app;
    const discovery = app.get(DiscoverService, { strict: false });
    // As the worker does it, which works for all suppliers.
    expect(await asSystem(() => discovery.discover(id))).toMatchObject({
      devices: controller.devices.length,
      problems: 0,
    });
    await asSystem(() => app.get(ReadService, { strict: false }).read(id, 'idle'));
    const rows = await db.query<{ device: string; code: string; power: number }>(
      `SELECT devices.vendor_device_id AS device, zone_statuses.code, zones.power_w AS power FROM devices
       JOIN zones ON zones.device_id = devices.id JOIN zone_statuses ON zone_statuses.zone_id = zones.id`,
    );
    const codes = Object.fromEntries(rows.map(({ device, code }) => [device, code]));
    expect(codes).toMatchObject({
      'hp-1': 'READY',
      'hp/α 9': 'READY',
      'hp-private': 'STEERING_DISABLED',
      'hp-locked': 'VENDOR_NOT_STEERABLE',
      'hp-disinfecting': 'VENDOR_NOT_STEERABLE',
    });
    expect(rows.every(({ power }) => power >= 0)).toBe(true);
  });
});
