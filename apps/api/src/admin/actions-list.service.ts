import { Inject, Injectable } from '@nestjs/common';
import { ActionsView, type ActionFilter } from '@warmshift/action-queue';
import { CLOCK, type Clock } from '@warmshift/config';
import { z } from 'zod';
import { decodeCursor, encodeCursor, placeInstant } from '../http/cursor';
import { pageOf } from '../http/query';
import { toAction } from './actions.dto';

const list = 'actions';
const placeSchema = z.object({
  asOf: placeInstant,
  overdue: z.boolean(),
  startsAt: placeInstant,
  actionId: z.uuid(),
});

/** Pages of actions, for the three routes that list them. */
@Injectable()
export class ActionsList {
  constructor(
    @Inject(ActionsView) private readonly actions: ActionsView,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async page(
    supplierId: string,
    filter: ActionFilter,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  ) {
    const after = cursor === undefined ? undefined : decodeCursor(list, placeSchema, cursor);
    const asOf = after?.asOf ?? this.clock.now();
    const rows = await this.actions.list(supplierId, filter, { limit: limit + 1, after, asOf });
    const page = pageOf(rows, limit, ({ overdue, startsAt, actionId }) =>
      encodeCursor(list, { asOf, overdue, startsAt, actionId }),
    );
    return { ...page, data: page.data.map(toAction) };
  }
}
