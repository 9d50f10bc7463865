import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 50;
const patienceMs = 300_000;

/** Runs `work` while no other build of this checkout runs. A lock whose holder died is taken over. */
export async function withLock(path, work) {
  const deadline = Date.now() + patienceMs;
  while (!take(path)) {
    if (Date.now() > deadline)
      throw new Error(`another build holds ${path} for too long; remove it if none runs`);
    await delay(pollMs);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path) {
  try {
    const file = openSync(path, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (holderDied(path)) giveWay(path);
    return false;
  }
}

function holderDied(path) {
  const pid = readHolder(path);
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** Undefined while the holder has not written its process id yet, or has just left. */
function readHolder(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Renames before removing: of several waiters only one can move the dead lock away, and none a new one unseen. */
function giveWay(path) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (holderDied(aside)) rmSync(aside, { force: true });
  else renameSync(aside, path);
}
