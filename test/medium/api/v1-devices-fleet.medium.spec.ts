import { randomUUID } from 'node:crypto';
import { devicesAnswerSchema } from '../../../apps/api/src/v1/devices.dto';
import { testDatabase } from '../../support';
import { ApiWorld, bootstrapKey, nowIso } from './api-world';

const size = 5_000;
const codes = ['READY', 'OFFLINE', 'LEARNING_PERIOD', 'STEERING_DISABLED', undefined] as const;

/** One device as the test knows it. `null`: the vendor makes no statement. */
interface Known {
  readonly id: string;
  readonly userId: string;
  readonly steeringEnabled: boolean | null;
  readonly disabled: boolean;
  readonly steerable: boolean | null;
  readonly needsReauthentication: boolean | null;
  readonly learningPeriodEnded: boolean | null;
  readonly code: (typeof codes)[number];
}

const triState = [true, false, null] as const;
/** Every combination comes up: the periods have no common divisor. */
const fleet: readonly Known[] = Array.from({ length: size }, (_, n) => ({
  id: randomUUID(),
  userId: `user_${n % 97}`,
  steeringEnabled: triState[n % 3]!,
  disabled: n % 11 === 0,
  steerable: triState[Math.floor(n / 3) % 3]!,
  needsReauthentication: triState[Math.floor(n / 9) % 3]!,
  learningPeriodEnded: triState[Math.floor(n / 27) % 3]!,
  code: codes[n % 5],
}));

const isEnabled = (device: Known) => device.steeringEnabled !== false && !device.disabled;
/** A zone switched off hides why else it could not be steered: then the listing decides. */
const isSteerable = (device: Known) =>
  device.code === 'STEERING_DISABLED'
    ? device.steerable !== false && device.needsReauthentication !== true
    : device.code === 'READY' || device.code === 'LEARNING_PERIOD';

type Value = 'true' | 'false' | undefined;
interface Asked {
  readonly steering_enabled: Value;
  readonly steerable: Value;
  readonly needs_reauthentication: Value;
  readonly learning_period_ended: Value;
}

/** Only `learning_period_ended=false` is a filter; `false` of the others says nothing. */
function answers(device: Known, asked: Asked): boolean {
  const ended = device.learningPeriodEnded ?? true;
  return (
    (asked.steering_enabled !== 'true' || isEnabled(device)) &&
    (asked.steerable !== 'true' || isSteerable(device)) &&
    (asked.needs_reauthentication !== 'true' || device.needsReauthentication === true) &&
    (asked.learning_period_ended === undefined || String(ended) === asked.learning_period_ended)
  );
}

const values: readonly Value[] = [undefined, 'true', 'false'];
const combinations: readonly Asked[] = values.flatMap((steering_enabled) =>
  values.flatMap((steerable) =>
    values.flatMap((needs_reauthentication) =>
      values.map((learning_period_ended) => ({
        steering_enabled,
        steerable,
        needs_reauthentication,
        learning_period_ended,
      })),
    ),
  ),
);

describe(`GET /v1/devices of ${size} devices`, () => {
  const db = testDatabase();
  const world = new ApiWorld(db);
  let supplierId: string;
  let connectionId: string;

  beforeAll(async () => {
    await world.start({ RATE_LIMIT_PER_MINUTE: '1000000' });
    supplierId = await world.supplierNamed('Energy Supplier A');
    connectionId = await world.newConnection(supplierId);
    await insert(fleet);
  });
  afterAll(() => world.stop());

  async function insert(devices: readonly Known[]): Promise<void> {
    await db.query(
      `WITH made AS (
         INSERT INTO devices (id, supplier_id, connection_id, vendor_device_id, kind, name, vendor_control, vendor_user_id,
           steering_enabled, disabled_at, steerable, needs_reauthentication, learning_period_ended, first_seen_at, last_seen_at)
         SELECT id, $2, $3, id::text, 'heat_pump', 'Heat pump', true, "userId", "steeringEnabled",
           CASE WHEN disabled THEN now() END, steerable, "needsReauthentication", "learningPeriodEnded", now(), now()
         FROM jsonb_to_recordset($1::jsonb) AS device(id uuid, "userId" text, "steeringEnabled" boolean, disabled boolean,
           steerable boolean, "needsReauthentication" boolean, "learningPeriodEnded" boolean)
         RETURNING id),
       rooms AS (
         INSERT INTO zones (id, supplier_id, device_id, kind) SELECT gen_random_uuid(), $2, id, 'room' FROM made
         RETURNING id, device_id)
       INSERT INTO zone_statuses (zone_id, supplier_id, code, reason, can_activate, in_active, since, assessed_at)
       SELECT rooms.id, $2, code, code, code = 'READY', false, now(), now()
       FROM rooms JOIN jsonb_to_recordset($1::jsonb) AS device(id uuid, code text) ON device.id = rooms.device_id
       WHERE code IS NOT NULL`,
      [JSON.stringify(devices), supplierId, connectionId],
    );
  }

  async function page(query: Readonly<Record<string, string | undefined>>) {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const { body } = await world
      .as(bootstrapKey)
      .get(`/v1/devices?${new URLSearchParams(given).toString()}`)
      .expect(200);
    return devicesAnswerSchema.parse(body);
  }

  /** Ids of all pages, in the order in which they came. */
  async function listed(
    query: Readonly<Record<string, string | undefined>>,
    between: () => Promise<void> = () => Promise.resolve(),
  ): Promise<string[]> {
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const { data, meta } = await page({ ...query, next_token: token });
      expect(data.length).toBeLessThanOrEqual(Number(query['limit'] ?? 1000));
      seen.push(...data.map(({ device_id: id }) => id));
      token = meta.next_token ?? undefined;
      await between();
    } while (token !== undefined);
    return seen;
  }

  const sorted = (devices: readonly Known[]) => devices.map(({ id }) => id).sort();

  it.each(combinations)('answers %j as the document says', async (asked) => {
    const expected = fleet.filter((device) => answers(device, asked));
    expect(expected.length).toBeGreaterThan(0);
    expect(await listed({ ...asked, limit: '4000', steerable_status: 'true' })).toEqual(sorted(expected));
  });

  it.each([undefined, 'true', 'false'])('narrows nothing with steerable_status=%s', async (projection) => {
    expect(await listed({ steerable_status: projection, user_id: 'user_13' })).toEqual(
      sorted(fleet.filter(({ userId }) => userId === 'user_13')),
    );
  });

  it.each(['1', '999', '1000', '3999', '4000'])('gives pages of %s', async (limit) => {
    const { data, meta } = await page({ limit });
    expect(data.map(({ device_id: id }) => id)).toEqual(sorted(fleet).slice(0, Number(limit)));
    expect(meta.next_token).toEqual(expect.any(String));
  });

  it('gives 1000 without a limit', async () => {
    expect((await page({})).data).toHaveLength(1_000);
  });

  it('ends with null exactly at the last device, also when the last page is full', async () => {
    const own = fleet.filter(({ userId }) => userId === 'user_13').length;
    const full = await page({ user_id: 'user_13', limit: String(own) });
    expect([full.data.length, full.meta.next_token]).toEqual([own, null]);
    const oneLess = await page({ user_id: 'user_13', limit: String(own - 1) });
    expect([oneLess.data.length, oneLess.meta.next_token]).toEqual([own - 1, expect.any(String)]);
  });

  it('combines filters with one device', async () => {
    const [enabled, disabled] = [fleet.find(isEnabled)!, fleet.find((device) => !isEnabled(device))!];
    expect(await listed({ device_id: enabled.id, steering_enabled: 'true' })).toEqual([enabled.id]);
    expect(await listed({ device_id: disabled.id, steering_enabled: 'true' })).toEqual([]);
    expect(await listed({ device_id: enabled.id, user_id: `${enabled.userId}x` })).toEqual([]);
  });

  it('loses none that stayed and repeats none while devices come and go between the pages', async () => {
    const stayed = new Set(fleet.map(({ id }) => id));
    const leaving = [...fleet].sort((a, b) => (a.userId < b.userId ? -1 : 1)).map(({ id }) => id);
    const cameAndWent = async () => {
      await insert(Array.from({ length: 20 }, (_, n) => ({ ...fleet[n]!, id: randomUUID() })));
      const left = leaving.splice(0, 20);
      left.forEach((id) => stayed.delete(id));
      await db.query('UPDATE devices SET retired_at = $2 WHERE id = ANY($1::uuid[])', [left, nowIso()]);
    };
    const seen = await listed({ limit: '100' }, cameAndWent);
    expect(new Set(seen).size).toBe(seen.length);
    const lost = [...stayed].filter((id) => !seen.includes(id));
    expect(lost).toEqual([]);
    expect(stayed.size).toBeLessThan(size - 900);
  });
});
