import type { Clock } from '@warmshift/config';
import type { Instant } from '@warmshift/domain';
import type { Logger } from '@warmshift/observability';
import type { CampaignsRepository } from './campaigns.repository';
import type { OccurrencePlanner } from './occurrence-planner';
import type { Replanner } from './replanner';
import type { ReportService } from './report.service';

type InMotion = Awaited<ReturnType<CampaignsRepository['inMotion']>>[number];

/**
 * Moves occurrences along with the time: plans what no job planned, marks start and end, writes the report when the last
 * action has ended. Any number of replicas may tick; each move happens once, because it names the state it leaves.
 */
export class OccurrenceProgress {
  private readonly stuck = new Set<string>();

  constructor(
    private readonly campaigns: CampaignsRepository,
    private readonly planner: OccurrencePlanner,
    private readonly reports: ReportService,
    private readonly replanner: Replanner,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** @returns how many moves were made. An occurrence that cannot be moved holds up no other; it is said once. */
  async tick(): Promise<number> {
    const now = this.clock.now();
    let moves = 0;
    for (const occurrence of await this.campaigns.inMotion(now)) {
      const { occurrenceId } = occurrence;
      try {
        moves += await this.advance(occurrence, now);
        this.stuck.delete(occurrenceId);
      } catch (error) {
        if (!this.stuck.has(occurrenceId))
          this.logger.error({ occurrenceId, err: error }, 'occurrence.stuck');
        this.stuck.add(occurrenceId);
      }
    }
    return moves;
  }

  private async advance(
    { occurrenceId, status, startsAt, endsAt, open }: InMotion,
    now: Instant,
  ): Promise<number> {
    if (status === 'SCHEDULED') {
      return (await this.planner.planOccurrence(occurrenceId)) === 'done' ? 1 : 0;
    }
    if (status === 'PLANNED' && (now >= startsAt || !open)) {
      return this.move(occurrenceId, 'PLANNED', 'RUNNING');
    }
    if (status === 'RUNNING' && (now >= endsAt || !open)) {
      return this.move(occurrenceId, 'RUNNING', 'RESTORING');
    }
    if (status === 'RUNNING') return (await this.replanner.check(occurrenceId)) ? 1 : 0;
    if (status === 'RESTORING' && !open) {
      await this.reports.finish(occurrenceId);
      return 1;
    }
    return 0;
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
