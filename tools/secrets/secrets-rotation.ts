import type { Database } from '@warmshift/db';
import { SecretBoxError, type SecretBox } from '@warmshift/security';
import { sealedPlaces, type SealedPlace } from './sealed-places';

export interface PlaceResult {
  readonly place: string;
  readonly resealed: number;
  /** Texts that no given key opens, by the id of their row. They stay as they are. */
  readonly unreadable: readonly { readonly id: string; readonly reason: string }[];
}

interface Row {
  readonly id: string;
  readonly value: string;
}

/** Rows read and written at once: short locks, little memory. */
export const rowsPerBatch = 200;
/** A text that was sealed by a process with old settings while its table was walked shows in the next walk. */
const walks = 3;

/** Seals everything anew with the current key while the service runs. May be ended and started again at any time. */
export class SecretsRotation {
  constructor(
    private readonly db: Database,
    private readonly box: SecretBox,
  ) {}

  async run(): Promise<PlaceResult[]> {
    const results = [];
    for (const place of sealedPlaces) results.push(await this.rotate(place));
    return results;
  }

  private async rotate(place: SealedPlace): Promise<PlaceResult> {
    const unreadable = new Map<string, string>();
    let resealed = 0;
    for (let walk = 0; walk < walks; walk += 1) {
      let found = 0;
      let after = '';
      for (;;) {
        const rows = (await this.outdated(place, after)).filter(({ id }) => !unreadable.has(id));
        const last = rows.at(-1);
        if (last === undefined) break;
        after = last.id;
        found += rows.length;
        resealed += await this.store(place, rows, unreadable);
      }
      if (found === 0) break;
    }
    return {
      place: place.name,
      resealed,
      unreadable: [...unreadable].map(([id, reason]) => ({ id, reason })),
    };
  }

  private outdated({ table, id, value, where }: SealedPlace, after: string): Promise<Row[]> {
    return this.db.rows<Row>(
      `SELECT id, value FROM (SELECT ${id} AS id, ${value} AS value FROM ${table} WHERE ${where ?? 'true'}) sealed
       WHERE value ~ '^v[1-9][0-9]*[.]' AND NOT starts_with(value, $1) AND id > $2 ORDER BY id LIMIT $3`,
      [`${this.box.currentVersion}.`, after, rowsPerBatch],
    );
  }

  /** Writes only where the old text still stands: what the service wrote meanwhile is newer. */
  private store(place: SealedPlace, rows: readonly Row[], unreadable: Map<string, string>): Promise<number> {
    const fresh = rows.flatMap(({ id, value }) => {
      try {
        const context = place.context(id);
        return [{ id, old: value, value: this.box.seal(this.box.open(value, context), context) }];
      } catch (error) {
        if (!(error instanceof SecretBoxError)) throw error;
        unreadable.set(id, error.reason);
        return [];
      }
    });
    return this.db.run(
      `UPDATE ${place.table} SET ${place.assignment}
       FROM unnest($1::text[], $2::text[], $3::text[]) AS fresh (row_id, old, value)
       WHERE ${place.id} = fresh.row_id AND ${place.value} = fresh.old`,
      [fresh.map(({ id }) => id), fresh.map(({ old }) => old), fresh.map(({ value }) => value)],
    );
  }
}
