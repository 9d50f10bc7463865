// Loaded into every child before its own program (`node -r`). A child whose parent has died, however early and however
// hard, must not live on: it is asked to end as by SIGTERM, and ended for good when it cannot.
const endWithinMs = 20_000;

process.once('disconnect', () => {
  setTimeout(() => process.exit(1), endWithinMs).unref();
  if (process.listenerCount('SIGTERM') === 0) process.exit(1);
  process.kill(process.pid, 'SIGTERM');
});
