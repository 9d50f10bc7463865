import { WarmshiftProblem, type Schemas } from '@warmshift/client';
import type { Command } from 'commander';
import type { Cli, Session } from '../cli';
import { Refused } from '../errors';
import type { Screen } from '../screen';
import { at, kw } from '../text/words';
import { timesNote, whyOf } from './devices';
import { taken } from './options';

type Detail = Schemas['DeviceAnswer'];

/** How many are named when a name is not clear. */
const namedAtMost = 10;

export function addDevice(program: Command, cli: Cli): void {
  program
    .command('device')
    .argument('<id or name>', "its id, or its name or the vendor's id, if only one has it")
    .description('everything known of one device')
    .action(async (wanted: string, _options: object, command: Command) => {
      const session = cli.session(command);
      const device =
        (isId(wanted) ? await byId(session, wanted) : undefined) ?? (await byName(session, wanted));
      if (session.screen.json) return session.screen.document(device);
      show(device, session.screen);
    });
}

const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** A vendor's id may look like one of ours. */
async function byId({ warmshift }: Session, id: string): Promise<Detail | undefined> {
  try {
    return await warmshift.get('/admin/v1/devices/{id}', { path: { id } });
  } catch (error) {
    if (error instanceof WarmshiftProblem && error.status === 404) return undefined;
    throw error;
  }
}

/** @throws Refused when none or several are called so. */
async function byName({ warmshift }: Session, search: string): Promise<Detail> {
  const query = { search, limit: namedAtMost + 1 };
  const found = await taken(warmshift.all('/admin/v1/devices', { query }), namedAtMost + 1);
  const exact = found.filter(({ name, vendorDeviceId }) => name === search || vendorDeviceId === search);
  const [one, ...others] = exact.length > 0 ? exact : found;
  if (one === undefined) throw new Refused(`There is no device called "${search}".`);
  if (others.length === 0) return warmshift.get('/admin/v1/devices/{id}', { path: { id: one.deviceId } });
  const named = [one, ...others]
    .slice(0, namedAtMost)
    .map(({ deviceId, name }) => `\n  ${deviceId}  ${name}`);
  throw new Refused(`"${search}" fits several devices; give the id of one:${named.join('')}\n`);
}

function show(device: Detail, screen: Screen): void {
  const facts: [string, string | undefined][] = [
    ['name', device.name],
    ['device', device.deviceId],
    ['vendor', `${device.vendor}, ${device.vendorDeviceId}`],
    ['kind', [device.kind, device.brand, device.model].filter(Boolean).join(', ')],
    ['site', device.siteName ?? device.siteId],
    ['country', device.country],
    ['rated', device.ratedPowerKw === undefined ? undefined : `${kw(device.ratedPowerKw)} kW`],
    ['starts a day', device.maxCyclesPerDay === undefined ? undefined : `${device.maxCyclesPerDay} at most`],
    ['tags', device.tags.join(', ') || undefined],
    ['steering', steeringOf(device)],
  ];
  for (const [name, value] of facts) if (value !== undefined) screen.fact(name, value);
  if (device.zones.length > 0) {
    screen.print('');
    screen.table(
      ['zone', 'measured', '°C', 'set °C', 'kW', 'status', 'why'],
      device.zones.map((zone) => [
        zone.zone,
        at(zone.measuredAt),
        zone.temperatureC ?? '–',
        zone.setpointC ?? '–',
        kw(zone.powerKw),
        zone.status?.code ?? '–',
        whyOf(zone.status),
      ]),
    );
  }
  if (device.cycles.length > 0) {
    screen.print('');
    screen.table(
      ['day', 'starts seen', 'reserved'],
      device.cycles
        .slice(0, 7)
        .map(({ localDay, observedStarts, reservedStarts }) => [localDay, observedStarts, reservedStarts]),
    );
  }
  screen.note(timesNote());
}

function steeringOf({ enabled, heldAt, optedOutAt, vendorControl }: Detail): string {
  if (heldAt !== undefined) return `held by an emergency stop since ${at(heldAt)}`;
  if (optedOutAt !== undefined) return `the customer opted out on ${at(optedOutAt)}`;
  if (!enabled) return 'switched off by you';
  return vendorControl ? 'as its zones say' : "the vendor's interface has no way to steer it";
}
