import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evidence } from './evidence';
import type { Installation } from './installation';

/** Beside the logs: what the judge saw and every action's history, to find out why it convicted. */
export async function keepDiary(
  installation: Installation,
  evidence: Evidence,
  logDir: string,
): Promise<void> {
  const history = await installation.rows<object>(
    `SELECT d.vendor_device_id AS device, a.zone_kind AS zone, h.* FROM action_history h
     JOIN actions a ON a.id = h.action_id JOIN devices d ON d.id = a.device_id ORDER BY device, h.id`,
  );
  const toLines = (rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join('\n');
  writeFileSync(join(logDir, 'history.jsonl'), toLines(history));
  writeFileSync(join(logDir, 'writes.jsonl'), toLines(evidence.writes));
  writeFileSync(join(logDir, 'evidence.json'), JSON.stringify({ ...evidence, writes: undefined }));
}
