import type { Operation, RequestOf, Schemas } from '@warmshift/client';
import { Option, type Command } from 'commander';
import type { Cli } from '../cli';
import { at, counts, many, short, timeZone } from '../text/words';
import { limitOption, pageSize, taken } from './options';

export type Device = Schemas['DevicesPage']['data'][number];
type Status = Device['zones'][number]['status'];
type DevicesRequest = RequestOf<Operation<'get', '/admin/v1/devices'>>;
type Filters = Omit<NonNullable<DevicesRequest['query']>, 'limit' | 'cursor'>;

interface DevicesOptions extends Filters {
  readonly limit?: number;
  readonly ids?: boolean;
}

export function addDevices(program: Command, cli: Cli): void {
  program
    .command('devices')
    .description('devices, with why each circuit can be steered now or not')
    .option('--vendor <vendor>', 'of this vendor')
    .option('--kind <kind>', 'heat_pump, heater, storage_heater, room_thermostat, …')
    .option('--code <code>', 'with a circuit of this status, like READY or CYCLE_LIMIT')
    .option('--site <id>', 'at this site')
    .option('--connection <id>', 'of this connection')
    .option('--tag <tag>', 'of the device or its site')
    .option('--search <text>', "part of the name, the vendor's id, brand, model or the site's name")
    .addOption(limitOption())
    .addOption(new Option('--ids', 'show the ids of the devices, in the place of the reasons'))
    .action(async ({ ids, limit, ...filters }: DevicesOptions, command: Command) => {
      const { screen, warmshift } = cli.session(command);
      const query = { ...filters, limit: pageSize(limit) };
      const devices = await taken(warmshift.all('/admin/v1/devices', { query }), limit);
      if (screen.json) return screen.document({ data: devices });
      if (devices.length === 0) return screen.note('There is no such device.');
      screen.table(
        ids ? ['device id', ...columns.slice(0, -1)] : columns,
        devices.flatMap((device) =>
          rowsOf(device).map((row) => (ids ? [device.deviceId, ...row.slice(0, -1)] : row)),
        ),
      );
      const codes = devices.flatMap(({ zones }) => zones.map(({ status }) => status?.code ?? 'NOT_ASSESSED'));
      const byCode: Record<string, number> = {};
      for (const code of codes) byCode[code] = (byCode[code] ?? 0) + 1;
      screen.note(`\n${many(devices.length, 'device')}, ${many(codes.length, 'zone')}: ${counts(byCode)}.`);
    });
}

const columns = ['device', 'vendor', 'zone', 'status', 'why'];

/** A row for every circuit; one for a device without any. */
function rowsOf({ kind, name, vendor, zones }: Device): string[][] {
  const head = [short(name, 22), vendor];
  if (zones.length === 0) return [[...head, '–', '–', `${kind}: nothing to steer`]];
  // What is ready needs no reason.
  const why = (status: Status) => (status?.code === 'READY' ? '' : whyOf(status));
  return zones.map(({ status, zone }) => [...head, zone, status?.code ?? '–', why(status)]);
}

export function whyOf(status: Status): string {
  if (status === undefined) return 'It was not looked at yet.';
  const next = status.nextEligibleAt === undefined ? '' : ` Again from ${at(status.nextEligibleAt)}.`;
  return `${status.reason}${next}`;
}

export const timesNote = (): string => `\nTimes: ${timeZone()}.`;
