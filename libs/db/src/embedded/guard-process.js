// Runs one Postgres for a parent and ends it when the parent goes, however it goes: kill -9 closes the channel too.
// Plain JavaScript, because it is started as a program of its own from the sources and from the build alike.
// Usage: node guard-process.js DATA_DIR OWNER_FILE keep|remove, with an IPC channel to the parent.
'use strict';
const { spawn } = require('node:child_process');
const { rmSync, writeFileSync } = require('node:fs');
const { createInterface } = require('node:readline');

const [dataDir, ownerFile, afterwards] = process.argv.slice(2);
let server;
let stopping = false;
let owns = false;

process.on('message', (message) => {
  if (message.type === 'owns') owns = true;
  if (message.type === 'start') start(message);
  if (message.type === 'stop') stop();
});
process.on('disconnect', stop);
process.on('SIGTERM', stop);
process.on('SIGINT', () => undefined); // Ctrl-C is the parent's business
process.on('SIGHUP', () => undefined);

function start({ program, args, options }) {
  if (stopping) return;
  server = spawn(program, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  tell({ type: 'started', pid: server.pid });
  server.on('error', (error) => tell({ type: 'log', line: error.message }));
  createInterface({ input: server.stderr }).on('line', (line) => tell({ type: 'log', line }));
  server.on('close', (code, signal) => {
    server = undefined;
    tell({ type: 'ended', code, signal });
    if (stopping) leave();
  });
}

function stop() {
  if (stopping) return;
  stopping = true;
  if (owns)
    writeFileSync(ownerFile, JSON.stringify({ guardPid: process.pid, stopping: true }), { mode: 0o600 });
  if (server)
    server.kill('SIGINT'); // Postgres' "fast" shutdown: clients are dropped, data is written
  else leave();
}

function leave() {
  if (owns && afterwards === 'remove') rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  else if (owns) rmSync(ownerFile, { force: true });
  process.exit(0);
}

function tell(message) {
  if (process.connected) process.send(message, () => undefined);
}
