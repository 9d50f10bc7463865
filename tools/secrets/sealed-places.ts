import { sealedTo } from '@warmshift/fleet-sync';
import { secretPlace } from '@warmshift/webhooks';

/** A column with sealed texts. The SQL parts are constants of this file. */
export interface SealedPlace {
  readonly name: string;
  readonly table: string;
  /** Text that names a row and orders the walk. */
  readonly id: string;
  /** The sealed text of a row. */
  readonly value: string;
  /** Puts `fresh.value` where the old one was. */
  readonly assignment: string;
  readonly where?: string;
  /** What the text is bound to. */
  context(id: string): string;
}

/** Every column in which a secret is kept. A test looks for sealed texts in all tables and finds one that is missing here. */
export const sealedPlaces: readonly SealedPlace[] = [
  {
    name: 'credentials of connections',
    table: 'connections',
    id: 'id::text',
    value: 'credentials',
    assignment: 'credentials = fresh.value',
    context: (id) => sealedTo(id, 'credentials'),
  },
  {
    name: 'tokens of vendors',
    table: 'connection_runtime',
    id: 'connection_id::text',
    value: 'token',
    assignment: 'token = fresh.value',
    context: (id) => sealedTo(id, 'token'),
  },
  {
    name: 'requests with an Idempotency-Key',
    table: 'idempotency_keys',
    id: `supplier_id::text || '/' || key`,
    value: 'request_hash',
    assignment: 'request_hash = fresh.value',
    context: (id) => `idempotency/${id}/hash`,
  },
  {
    name: 'answers to them',
    table: 'idempotency_keys',
    id: `supplier_id::text || '/' || key`,
    value: `response ->> 'sealed'`,
    assignment: `response = response || jsonb_build_object('sealed', fresh.value)`,
    context: (id) => `idempotency/${id}/answer`,
  },
  ...['secret', 'previous_secret'].map((column) => ({
    name: `${column.replace('_', ' ')}s of webhooks`,
    table: 'webhook_subscriptions',
    id: 'id::text',
    value: column,
    assignment: `${column} = fresh.value`,
    context: secretPlace,
  })),
];
