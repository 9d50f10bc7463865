import { between, oneOf, realPause, someMomentOf, type Attack } from './attack';

export const workerKilled: Attack = {
  name: 'worker-killed',
  what: 'kill -9 of one of the workers, which does not come back',
  async perform(scene) {
    await someMomentOf(scene);
    await oneOf(scene.random, scene.installation.workers).kill();
    scene.say('one worker killed');
    return Date.now();
  },
};

export const allWorkersKilled: Attack = {
  name: 'all-workers-killed',
  what: 'kill -9 of all workers; new ones come after 3 to 20 s',
  async perform(scene) {
    const { installation, random } = scene;
    await someMomentOf(scene);
    const count = installation.workers.length;
    await Promise.all(installation.workers.map((worker) => worker.kill()));
    scene.say('all workers killed');
    await realPause(between(random, 3_000, 20_000));
    await Promise.all(Array.from({ length: count }, () => installation.startWorker()));
    scene.say('new workers are there');
    return Date.now();
  },
};

export const apiKilled: Attack = {
  name: 'api-killed',
  what: 'kill -9 of the api, which is started again after 2 to 10 s; the workers need it for nothing',
  async perform(scene) {
    await someMomentOf(scene);
    await scene.installation.killApi();
    const killedAt = Date.now();
    scene.say('the api is killed');
    await realPause(between(scene.random, 2_000, 10_000));
    await scene.installation.startApi();
    return killedAt;
  },
};

export const clockOff: Attack = {
  name: 'clock-off',
  what: 'the clock of one worker is 30 s fast or slow',
  skewMs: (random) => oneOf(random, [-30_000, 30_000]),
  perform: () => Promise.resolve(Date.now()),
};
