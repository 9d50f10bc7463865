import type { Verdict } from './verdict';

/** The verdict for a terminal. */
export function textOf(verdict: Verdict): string {
  const { actions, details } = verdict;
  const skipped = Object.entries(actions.skipped)
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${code} ${count}`)
    .join(', ');
  const rows: readonly (readonly [string, string])[] = [
    ['devices over their cycles through us', String(verdict.devicesOverCycles)],
    [
      '  days over although not steered for two days: home / twin',
      `${verdict.overCyclesOutOfStep.home} / ${verdict.overCyclesOutOfStep.twin}`,
    ],
    ['disinfections missed through us', String(verdict.missedDisinfections)],
    ['minutes below the comfort floor through us', String(verdict.minutesBelowComfortFloor)],
    [
      '  minutes below any floor, whatever the reason: home / twin',
      `${verdict.minutesBelowAnyFloor.home} / ${verdict.minutesBelowAnyFloor.twin}`,
    ],
    ['kWh shifted in active actions', String(verdict.kwhShifted)],
    ['actions planned', String(verdict.actionsPlanned)],
    [
      '  sent / seen active / given back / failed',
      `${actions.sent} / ${actions.seenActive} / ${actions.restored} / ${actions.failed}`,
    ],
    ['  never sent', skipped || 'none'],
    ['starts seen by inference / real', `${verdict.startsSeen} / ${verdict.startsReal}`],
    ['device days judged', String(verdict.deviceDays)],
    ['disinfections completed', String(verdict.disinfectionsCompleted)],
    [
      '  planned runs sent / completed runs that the twin did not make',
      `${actions.disinfections} / ${verdict.disinfectionsGained}`,
    ],
    ['simulated', `${verdict.simulatedDays} days of ${verdict.pumps} heat pumps in ${verdict.seconds} s`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
  const found = [...details.overCycles, ...details.missed, ...details.cold];
  const examples = found
    .slice(0, 10)
    .map((one) => `  ${JSON.stringify(one)}\n`)
    .join('');
  return `${table}${examples}${verdict.passed ? 'PASSED' : 'FAILED'}\n`;
}
