import type { ApiWorld } from '../api-world';

/** Ids of one row of each kind that a path can name. */
export type Ids = Readonly<
  Record<'connection' | 'site' | 'device' | 'campaign' | 'occurrence' | 'action' | 'apiKey', string>
>;

/** A supplier with one of everything. Each text of its rows holds `mark`, by which they are known wherever they turn up. */
export async function populatedSupplier(
  world: ApiWorld,
  mark: string,
): Promise<{ readonly supplierId: string; readonly ids: Ids }> {
  const supplierId = await world.newSupplier(`supplier ${mark}`);
  const connection = await world.newConnection(supplierId, 'nox', { name: `connection ${mark}` });
  await world.query('INSERT INTO connection_runtime (connection_id) VALUES ($1)', [connection]);
  const site = await world.newSite(supplierId, connection, { name: `site ${mark}`, tags: [mark] });
  const device = await world.newDevice({
    supplierId,
    connectionId: connection,
    columns: { site_id: site, name: `device ${mark}`, vendor_user_id: mark, tags: [mark] },
    zones: { room: { code: 'READY', reason: mark } },
  });
  const zone = await world.zoneOf(device);
  const { campaign, occurrence } = await world.newCampaign(supplierId);
  await world.query('UPDATE campaigns SET name = $2 WHERE id = $1', [campaign, `campaign ${mark}`]);
  const action = await world.newAction(
    supplierId,
    { occurrence, connection, device, zone },
    { reason: mark, code: 'READY' },
  );
  await world.query(
    `INSERT INTO action_history (action_id, supplier_id, at, from_state, to_state, event, cause)
     VALUES ($1, $2, now(), 'SENT', 'ACTIVE', 'readBack', $3)`,
    [action, supplierId, mark],
  );
  await world.query(
    `INSERT INTO audit (supplier_id, at, actor, action, subject) VALUES ($1, now(), 'system', 'x', $2)`,
    [supplierId, mark],
  );
  await world.newKey(supplierId, 'viewer', { name: `key ${mark}` });
  const [key] = await world.query<{ id: string }>('SELECT id FROM api_keys WHERE supplier_id = $1', [
    supplierId,
  ]);
  return {
    supplierId,
    ids: { connection, site, device, campaign, occurrence, action, apiKey: key?.id ?? '' },
  };
}
