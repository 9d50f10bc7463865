import { slotMs, type Instant } from '@warmshift/domain';
import { eventually } from '../support/eventually';
import type { Installation } from './installation';

/** Asking more often would take the service's own time: there are two cores for everything. */
const patience = { timeoutMs: 180_000, everyMs: 500 };
/** One statement costs little. */
const sqlPatience = { ...patience, everyMs: 200 };

export interface Window {
  readonly startsAt: number;
  readonly endsAt: number;
}

/** What a supplier of some hundred homes agrees with its vendors; their own paces are made for a handful of homes. */
const agreedPerSecond: Readonly<Record<string, number>> = { heatingcontrol: 20, istabai: 10, nox: 20 };

/** Time goes so fast that on a slow machine some readings are always old again; those zones are left out of the plan. */
const readShare = 0.95;

/** Connects the vendors that can be steered and waits until every device is known and nearly all of them were read. */
export async function connectFleet({ sandbox, operator }: Installation): Promise<void> {
  // Heat pumps are steered at once: what they did before they were connected must not leave them all out.
  await operator.setRules({ unseenStartsPerDay: 0 });
  const listed = (await sandbox.devices()).length;
  for (const connection of await sandbox.connections()) {
    const requestsPerSecond = agreedPerSecond[connection.vendor];
    await operator.connect({ ...connection, ...(requestsPerSecond && { requestsPerSecond }) });
  }
  await eventually(async () => {
    const devices = await operator.devices();
    const zones = devices.flatMap((device) => device.zones);
    const unread = zones.filter(({ status }) => (status?.code ?? 'STALE_DATA') === 'STALE_DATA').length;
    if (devices.length < listed || unread > zones.length * (1 - readShare))
      throw new Error(`${devices.length} of ${listed} devices are known, ${unread} zones were not read`);
    return true;
  }, patience);
}

/** Waits until nearly all zones of a fleet that is known were read by this installation. */
export async function awaitReadings(installation: Installation): Promise<void> {
  await eventually(async () => {
    const [row] = await installation.rows<{ zones: string; read: string }>(
      'SELECT count(*) AS zones, count(*) FILTER (WHERE measured_at >= $1) AS read FROM zones',
      [new Date(installation.startsAt)],
    );
    const [zones, read] = [Number(row?.zones), Number(row?.read)];
    if (read < zones * readShare) throw new Error(`${read} of ${zones} zones were read`);
    return true;
  }, sqlPatience);
}

/** Orders as much less as the fleet can give, in the next window there is time for, and waits for its plan. */
export async function orderCampaign(
  installation: Installation,
  { windowMs, noticeRealMs }: { readonly windowMs: number; readonly noticeRealMs: number },
): Promise<Window> {
  const { operator, clock } = installation;
  const startsAt = Math.ceil((clock.now() + clock.virtualMs(noticeRealMs)) / slotMs) * slotMs;
  const endsAt = startsAt + windowMs;
  await operator.start({
    name: 'Campaign under attack',
    direction: 'decrease',
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    seed: 1,
  });
  await eventually(async () => (await openActions(installation, endsAt)) > 0, sqlPatience);
  return { startsAt, endsAt };
}

/** Actions that would begin before `endsAt` and have not ended, as Postgres has them. */
export async function openActions(installation: Installation, endsAt: Instant): Promise<number> {
  const [row] = await installation.rows<{ count: string }>(
    `SELECT count(*) FROM actions
     WHERE state IN ('PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING') AND starts_at < $1`,
    [new Date(endsAt)],
  );
  return Number(row?.count ?? 0);
}
