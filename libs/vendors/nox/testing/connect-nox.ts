import type { DeviceRef, Steering, VendorAdapter, VendorContext } from '@warmshift/vendors/contract';
import type { InMemoryContext } from '../../contract/testing/in-memory-context';
import { inMemoryContext } from '../../contract/testing/in-memory-context';
import type { ScriptedServer } from '../../contract/testing/scripted-server';
import { nox } from '../src';

export const apiKey = 'k3y-of-the-supplier';
export const now = Date.UTC(2025, 0, 15, 12, 20);
export const ref = (vendorDeviceId: string): DeviceRef => ({ vendorDeviceId, kind: 'heat_pump' });
export const pump = ref('HP123456');

/** An adapter whose cloud is the scripted server. */
export function connectNox(
  server: ScriptedServer,
  changes: Partial<Omit<VendorContext, 'clock'>> = {},
): { context: InMemoryContext; adapter: VendorAdapter; steering: Steering } {
  const context = inMemoryContext({ baseUrl: server.baseUrl, credentials: { apiKey }, now, ...changes });
  const adapter = nox.create(context);
  const { steering } = adapter;
  if (steering === undefined) throw new Error('NOX can be steered');
  return { context, adapter, steering };
}

export function queryOf(url: string): Record<string, string> {
  return Object.fromEntries(new URL(url, 'http://x').searchParams);
}

export function page(data: unknown, nextToken: unknown): { body: unknown } {
  return { body: { data, meta: { capacity_unit: 'kWh', next_token: nextToken } } };
}
