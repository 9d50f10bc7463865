import { attacks } from './attacks';
import { fleetSeedOf } from './read-fleet';
import { WorkList, type Task } from './work-list';

const tasksOf = (seeds: number): Task[] =>
  Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) =>
    attacks.map((attack) => ({ attack, seed })),
  );

/** Lets lanes of equal speed work it off. @returns the fleets that each of them had to make known, in its order. */
function workedOff(work: WorkList, lanes: number): { done: Task[]; fleets: number[][] } {
  const done: Task[] = [];
  const fleets: number[][] = Array.from({ length: lanes }, () => []);
  for (let turn = 0, idle = 0; idle < lanes; turn += 1) {
    const lane = turn % lanes;
    const task = work.next(lane);
    idle = task ? 0 : idle + 1;
    if (!task) continue;
    done.push(task);
    const fleet = fleetSeedOf(task.seed);
    if (fleets[lane]?.at(-1) !== fleet) fleets[lane]?.push(fleet);
  }
  return { done, fleets };
}

describe(WorkList.name, () => {
  it.each([1, 2, 3, 7])('hands out every run once, to %i lanes', (lanes) => {
    const tasks = tasksOf(20);
    const { done } = workedOff(new WorkList(tasks), lanes);
    expect(done).toHaveLength(tasks.length);
    expect(new Set(done)).toEqual(new Set(tasks));
  });

  it('keeps a lane at one fleet as long as there is something to do for it', () => {
    expect(workedOff(new WorkList(tasksOf(20)), 2).fleets).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  it('lets idle lanes help with a fleet that another one has', () => {
    expect(workedOff(new WorkList(tasksOf(5)), 3).fleets).toEqual([[1], [1], [1]]);
  });
});

describe(fleetSeedOf, () => {
  it('gives five seeds in a row the same homes', () => {
    expect([1, 5, 6, 10, 20].map(fleetSeedOf)).toEqual([1, 1, 2, 2, 4]);
  });
});
