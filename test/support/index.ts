export { eventually } from './eventually';
export { describeWithRedis, testDatabase, testRedis, type TestDatabase, type TestRedis } from './infra';
export { testClock, type TestClock } from './test-clock';
