import { eventually } from '../support/eventually';
import type { Window } from './campaign';
import type { Action, Evidence } from './evidence';
import type { Installation } from './installation';

interface ActionRow {
  readonly actionId: string;
  readonly key: string;
  readonly state: string;
  readonly code: string | null;
  readonly hasSnapshot: boolean;
  readonly snapshotRealAt: number | null;
  readonly endedRealAt: number | null;
}

/** The rows of a history are never changed, so the commit that made one says when that was, by the machine's own clock. */
const actionsSql = `
  SELECT a.id AS "actionId", a.vendor || '/' || d.vendor_device_id AS key, a.state, a.code,
    a.snapshot IS NOT NULL AS "hasSnapshot", times."snapshotRealAt", times."endedRealAt"
  FROM actions a JOIN devices d ON d.id = a.device_id
  CROSS JOIN LATERAL (
    SELECT min(committed) FILTER (WHERE event = 'dispatch_started') AS "snapshotRealAt",
      min(committed) FILTER (WHERE to_state IN ('RESTORED', 'OVERRIDDEN', 'SKIPPED', 'FAILED', 'CANCELLED')) AS "endedRealAt"
    FROM (SELECT event, to_state,
            (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000)::float8 AS committed
          FROM action_history WHERE action_id = a.id) history) times`;

export interface Circumstances {
  readonly devices: number;
  readonly window: Window;
  readonly recoveredRealAt: number;
  readonly skewMs: number;
}

/** Reads every record that the judge needs. */
export async function collectEvidence(
  installation: Installation,
  { devices, window, recoveredRealAt, skewMs }: Circumstances,
): Promise<Evidence> {
  const { clock, sandbox } = installation;
  const realOf = (at: number): number => Date.now() + clock.realMs(at - clock.now());
  const from = window.startsAt - 6 * 3_600_000;
  const rows = await eventually(() => installation.rows<ActionRow>(actionsSql), { timeoutMs: 30_000 });
  return {
    window: { startsRealAt: realOf(window.startsAt), endsRealAt: realOf(window.endsAt) },
    recoveredRealAt,
    skewRealMs: clock.realMs(Math.abs(skewMs)),
    judgedRealAt: Date.now(),
    devices,
    writes: await sandbox.writes(),
    spans: await sandbox.spans(from),
    overrides: await sandbox.overrides(),
    physics: await sandbox.physics(from),
    actions: rows.map(toAction),
  };
}

function toAction(row: ActionRow): Action {
  return {
    ...row,
    code: row.code ?? undefined,
    snapshotRealAt: row.snapshotRealAt ?? undefined,
    endedRealAt: row.endedRealAt ?? undefined,
  };
}
