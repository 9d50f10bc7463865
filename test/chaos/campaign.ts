import { slotMs } from '@warmshift/domain';
import { eventually } from '../support/eventually';
import type { Installation } from './installation';

/** Planning wants to be told a little before. ms of the installation's time. */
const noticeMs = 150_000;
/** Asking more often would take the service's own time: there are two cores for everything. */
const patience = { timeoutMs: 180_000, everyMs: 500 };

export interface Window {
  readonly startsAt: number;
  readonly endsAt: number;
}

/** What a supplier of some hundred homes agrees with its vendors; their own paces are made for a handful of homes. */
const agreedPerSecond: Readonly<Record<string, number>> = { heatingcontrol: 20, istabai: 10, nox: 20 };

/** Time goes so fast that on a slow machine some readings are always old again; those zones are left out of the plan. */
const readShare = 0.95;

/**
 * Connects the vendors that can be steered and waits until every device is known and nearly all of them were read.
 * @param ownPace at the vendors' own paces, without an agreed one.
 * @returns how many devices there are.
 */
export async function connectFleet({ sandbox, operator }: Installation, ownPace: boolean): Promise<number> {
  const listed = (await sandbox.devices()).length;
  for (const connection of await sandbox.connections()) {
    const requestsPerSecond = ownPace ? undefined : agreedPerSecond[connection.vendor];
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
  return listed;
}

/** Orders as much less as the fleet can give, in the next window there is time for, and waits for its plan. */
export async function orderCampaign(installation: Installation, windowMs: number): Promise<Window> {
  const { operator, clock } = installation;
  const startsAt = Math.ceil((clock.now() + noticeMs) / slotMs) * slotMs;
  const endsAt = startsAt + windowMs;
  await operator.start({
    name: 'Campaign under attack',
    direction: 'decrease',
    startsAt: new Date(startsAt).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
    seed: 1,
  });
  await eventually(async () => (await actionCount(installation)) > 0, patience);
  return { startsAt, endsAt };
}

async function actionCount(installation: Installation): Promise<number> {
  const [row] = await installation.rows<{ count: string }>('SELECT count(*) FROM actions');
  return Number(row?.count ?? 0);
}

/** Open actions, as Postgres has them. */
export async function openActions(installation: Installation): Promise<number> {
  const [row] = await installation.rows<{ count: string }>(
    `SELECT count(*) FROM actions WHERE state IN ('PLANNED', 'DISPATCHING', 'SENT', 'ACTIVE', 'RESTORING')`,
  );
  return Number(row?.count ?? 0);
}
