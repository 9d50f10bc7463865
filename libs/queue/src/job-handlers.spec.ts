import { handle, handlerTable, type BoundHandler } from './job-handlers';
import { jobNames, type JobName } from './jobs';

const handlerOf = (name: JobName): BoundHandler => handle(name, async () => 'done');
const all = jobNames.map(handlerOf);

describe('handlerTable', () => {
  it('takes exactly one handler for every job', () => {
    expect([...handlerTable(all).keys()].sort()).toEqual([...jobNames].sort());
  });

  it.each(jobNames)('refuses to start without a handler for %s and says what to add', (name) => {
    const others = all.filter((handler) => handler.name !== name);
    expect(() => handlerTable(others)).toThrow(`No handler for job '${name}': add handle('${name}', …)`);
  });

  it.each(jobNames)('refuses to start with two handlers for %s', (name) => {
    expect(() => handlerTable([...all, handlerOf(name)])).toThrow(
      `2 handlers for job '${name}': keep one handle('${name}', …) and remove the others.`,
    );
  });

  it('lists all that is wrong at once', () => {
    const [first, second, ...rest] = all;
    const wrong = () => handlerTable([second as BoundHandler, second as BoundHandler, ...rest]);
    expect(wrong).toThrow(`No handler for job '${first?.name}'`);
    expect(wrong).toThrow(`2 handlers for job '${second?.name}'`);
  });
});
