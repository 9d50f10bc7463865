/**
 * What the examples tell of: a supplier in Brussels, its heat pumps at NOX and heaters at HeatingControl, and the evening of
 * 15 January 2026, when 2 MW less were asked for from 17:00 to 19:00 local time.
 */
export const ids = {
  supplier: '5d1f7a3e-2c4b-4f5a-9e61-0b7c8d9e1f20',
  key: '0c9d2f4e-7b61-4c58-8a3f-6e5d4c3b2a10',
  nextKey: '1d8e3a5f-6c72-4d69-9b40-7f6e5d4c3b21',
  connection: '8f14e45f-ceea-467a-9b2c-3a4d5e6f7a80',
  site: '3b2f1c4d-5e6a-4b7c-8d9e-0f1a2b3c4d5e',
  device: '01a5c222-5b76-4531-b587-5deeb81a3db3',
  otherDevice: '01bbbaab-159a-4898-bcba-d81acdb2353c',
  tank: '6a7b8c9d-0e1f-4a2b-9c3d-4e5f6a7b8c9d',
  room: '7b8c9d0e-1f2a-4b3c-8d4e-5f6a7b8c9d0e',
  campaign: '7d3c1b52-9d0a-4a5e-8d0a-0f6f2d1c9b11',
  occurrence: '2e4f6a8c-1b3d-4e5f-9a7b-8c9d0e1f2a3b',
  action: '9c8b7a6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d',
  webhook: '4d5e6f7a-8b9c-4d0e-9f1a-2b3c4d5e6f7a',
  delivery: '5e6f7a8b-9c0d-4e1f-8a2b-3c4d5e6f7a8b',
} as const;

export const supplierName = 'Brussels Energy Cooperative';

/** An instant of the evening, UTC; Brussels is an hour ahead. */
export function evening(time: string): string {
  return `2026-01-15T${time}:00.000Z`;
}

export const window = { startsAt: evening('16:00'), endsAt: evening('18:00') } as const;
