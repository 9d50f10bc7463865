import type { Clock } from '@warmshift/config';
import type { Logger } from '@warmshift/observability';
import type { CampaignsRepository } from './campaigns.repository';
import type { OccurrencePlanner } from './occurrence-planner';
import type { ReportService } from './report.service';

/**
 * Moves occurrences along with the time: plans what no job planned, marks start and end, writes the report when the last
 * action has ended. Any number of replicas may tick; each move happens once, because it names the state it leaves.
 */
export class OccurrenceProgress {
  constructor(
    private readonly campaigns: CampaignsRepository,
    private readonly planner: OccurrencePlanner,
    private readonly reports: ReportService,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** @returns how many moves were made. */
  async tick(): Promise<number> {
    const now = this.clock.now();
    let moves = 0;
    for (const { occurrenceId, status, startsAt, endsAt, open } of await this.campaigns.inMotion(now)) {
      if (status === 'SCHEDULED') {
        moves += (await this.planner.planOccurrence(occurrenceId)) === 'done' ? 1 : 0;
      } else if (status === 'PLANNED' && now >= startsAt) {
        moves += await this.move(occurrenceId, 'PLANNED', 'RUNNING');
      } else if (status === 'RUNNING' && (now >= endsAt || open === 0)) {
        moves += await this.move(occurrenceId, 'RUNNING', 'RESTORING');
      } else if (status === 'PLANNED' && open === 0) {
        moves += await this.move(occurrenceId, 'PLANNED', 'RUNNING');
      } else if (status === 'RESTORING' && open === 0) {
        await this.reports.finish(occurrenceId);
        moves += 1;
      }
    }
    return moves;
  }

  private async move(
    occurrenceId: string,
    from: 'PLANNED' | 'RUNNING',
    to: 'RUNNING' | 'RESTORING',
  ): Promise<number> {
    if (!(await this.campaigns.moveOccurrence(occurrenceId, from, to))) return 0;
    this.logger.info({ occurrenceId, from, to }, 'occurrence.moved');
    return 1;
  }
}
