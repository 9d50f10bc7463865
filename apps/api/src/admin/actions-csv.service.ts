import { Inject, Injectable } from '@nestjs/common';
import { ActionsView, type ActionsPlace } from '@warmshift/action-queue';
import { CLOCK, type Clock } from '@warmshift/config';
import { actionColumns, actionLines, csvLines } from './report-csv';

const pageSize = 1_000;

/** Every action of an occurrence as CSV, a page at a time, so that a large one never lies in memory whole. */
@Injectable()
export class ActionsCsv {
  constructor(
    @Inject(ActionsView) private readonly view: ActionsView,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async *actions(supplierId: string, occurrenceId: string): AsyncGenerator<string> {
    yield csvLines([actionColumns]);
    const asOf = this.clock.now();
    let after: ActionsPlace | undefined;
    do {
      const page = await this.view.list(supplierId, { occurrenceId }, { limit: pageSize, after, asOf });
      if (page.length > 0) yield actionLines(page);
      const last = page.length === pageSize ? page.at(-1) : undefined;
      after = last && { asOf, ...last };
    } while (after !== undefined);
  }
}
