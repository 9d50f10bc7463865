import type { LookupFunction } from 'node:net';
import { Agent } from 'undici';

const connectTimeoutMs = 10_000;
const connectionsPerOrigin = 64;

const pools = new Map<LookupFunction | undefined, Map<string, Agent>>();

/** One connection pool per origin (and way of looking it up) and process, whatever the number of connections to it. */
export function agentFor(origin: string, lookup: LookupFunction | undefined): Agent {
  const ofLookup = pools.get(lookup) ?? new Map<string, Agent>();
  pools.set(lookup, ofLookup);
  const known = ofLookup.get(origin);
  if (known !== undefined) return known;
  const connect = { timeout: connectTimeoutMs, ...(lookup === undefined ? {} : { lookup }) };
  const agent = new Agent({ connect, connections: connectionsPerOrigin });
  ofLookup.set(origin, agent);
  return agent;
}

/** Ends the pools of this process; for a clean exit. Requests afterwards open new ones. */
export async function closeVendorHttp(): Promise<void> {
  const open = [...pools.values()].flatMap((ofLookup) => [...ofLookup.values()]);
  pools.clear();
  await Promise.all(open.map((agent) => agent.destroy()));
}
