import { InvalidInput } from '@warmshift/domain';
import { readDeviceCsv } from './bulk-csv';
import { bulkUpdate } from './fleet.examples';

const [a, b] = ['01a5c222-5b76-4531-b587-5deeb81a3db3', '01bbbaab-159a-4898-bcba-d81acdb2353c'];

function problems(text: string): Record<string, string> {
  try {
    readDeviceCsv(text);
  } catch (error) {
    if (error instanceof InvalidInput)
      return Object.fromEntries(error.problems.map(({ field, reason }) => [field, reason]));
  }
  return {};
}

describe('readDeviceCsv', () => {
  it('reads the example of the description', () => {
    const [text] = Object.values(bulkUpdate.body ?? {});
    expect(readDeviceCsv(String(text))).toHaveLength(2);
  });

  it('reads switches and tags; an empty field says nothing', () => {
    expect(
      readDeviceCsv(
        `device_id,opted_out,enabled,tags\r\n${a},true,,"north | ""big"""\r\n\r\n${b},,false,-\r\n`,
      ),
    ).toEqual([
      { line: 2, deviceId: a, optedOut: true, enabled: undefined, tags: ['north', '"big"'] },
      { line: 4, deviceId: b, optedOut: undefined, enabled: false, tags: [] },
    ]);
  });

  it.each([
    ['semicolons', `tags;device_id\nx;${a}`],
    ['a byte order mark', `\uFEFFdevice_id,tags\n${a},x`],
    ['quoted and upper-case names', `"DEVICE_ID","Tags"\n"${a.toUpperCase()}","x"`],
  ])('takes %s', (_what, text) => {
    expect(readDeviceCsv(text)).toMatchObject([{ deviceId: a, tags: ['x'] }]);
  });

  it('counts lines as editors do, also after a field of several lines', () => {
    expect(readDeviceCsv(`device_id,tags\n${a},"x\ny"\n${b},z`).map(({ line }) => line)).toEqual([2, 4]);
  });

  it('names every bad line and column at once', () => {
    const text = `device_id,opted_out,tags\nx,maybe,\n${a},true\n${b},true,a||b\n${b},false,`;
    expect(problems(text)).toEqual({
      'line 2, device_id': 'is not an id',
      'line 2, opted_out': 'must be true, false or empty',
      'line 3': 'has 2 fields instead of 3',
      'line 4, tags': 'must be 1 to 100 characters each',
      'line 5, device_id': 'is the device of line 4 again',
    });
  });

  it.each([
    ['', 'line 1'],
    ['device_id,opted_out', 'body'],
    [`device_id\n${a}`, 'line 1'],
    [`opted_out\ntrue`, 'line 1, device_id'],
    [`device_id,optout\n${a},true`, 'line 1, optout'],
    [`device_id,tags\n${a},"x`, 'line 2'],
  ])('refuses %j, naming %s', (text, field) => expect(Object.keys(problems(text))).toContain(field));
});
