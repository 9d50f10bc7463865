import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * For whom a process works. `system`: for all suppliers (the worker, tools). `tenants`: for the one of the present request
 * (the api); a statement outside of any sees no row.
 */
export type DatabaseScope = 'system' | 'tenants';

type Cell = { readonly system: true } | { supplierId: string | undefined };

const cells = new AsyncLocalStorage<Cell>();
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Opens the scope of one request: no supplier until `enterTenant` says which. */
export function openTenantScope<T>(work: () => T): T {
  return cells.run({ supplierId: undefined }, work);
}

/** From here on the present request is this supplier's. @throws where no scope was opened. */
export function enterTenant(supplierId: string): void {
  const cell = cells.getStore();
  if (cell === undefined || 'system' in cell) throw new Error('No scope of a request is open here.');
  if (cell.supplierId !== undefined && cell.supplierId !== supplierId)
    throw new Error('A request belongs to one supplier.');
  cell.supplierId = supplierId;
}

/** Does `work` for one supplier, whoever asked. */
export function forTenant<T>(supplierId: string, work: () => T): T {
  return cells.run({ supplierId }, work);
}

/** Does `work` over all suppliers: for what must happen before the supplier is known, and for housekeeping. */
export function asSystem<T>(work: () => T): T {
  return cells.run({ system: true }, work);
}

/** The scope of this moment, to do something in it later. Far cheaper than a snapshot of all that is stored asynchronously. */
export function presentScope(): <T>(work: () => T) => T {
  const cell = cells.getStore();
  return (work) => cells.run(cell as Cell, work);
}

/** Whether statements of this moment are for all suppliers, in a process of the given scope. */
export function isSystem(scope: DatabaseScope): boolean {
  const cell = cells.getStore();
  return cell === undefined ? scope === 'system' : 'system' in cell;
}

/** Names the scope of this moment: what has another name must not share a statement. */
export function scopeName(): string {
  const cell = cells.getStore();
  if (cell === undefined) return 'of the process';
  return 'system' in cell ? 'system' : (cell.supplierId ?? 'nobody');
}

/**
 * The statements that put a session into the scope of this moment. A superuser stands above policies, so the api becomes
 * the role that migrations made for it; where that was not allowed, its user owns the tables and FORCE holds it.
 */
export function sessionStatements(scope: DatabaseScope): string {
  if (isSystem(scope))
    return `RESET ROLE; SELECT set_config('warmshift.supplier_id', '', false), set_config('warmshift.scope', 'system', false)`;
  const cell = cells.getStore();
  const supplierId = (cell !== undefined && 'supplierId' in cell ? cell.supplierId : undefined) ?? '';
  if (supplierId !== '' && !uuid.test(supplierId)) throw new Error('The id of a supplier is a UUID.');
  return `SELECT set_config('warmshift.scope', '', false), set_config('warmshift.supplier_id', '${supplierId}', false); ${becomeApi}`;
}

const becomeApi = `SELECT set_config('role', rolname, false) FROM pg_roles WHERE rolname = 'warmshift_api' AND
  CASE WHEN current_setting('server_version_num')::int >= 160000 THEN pg_has_role(session_user, oid, 'SET')
  ELSE pg_has_role(session_user, oid, 'MEMBER') END`;
