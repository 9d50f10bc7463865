import { BlockList, isIP } from 'node:net';

/**
 * `public`: on the internet. `local`: this machine or the private network around it. `special`: neither, and never a
 * vendor: link-local (cloud metadata services live there), multicast, documentation, translation of IPv4 into IPv6.
 */
export type AddressKind = 'public' | 'local' | 'special';

/** Loopback; RFC 1918; RFC 4193. */
const local = listOf([
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
]);

/** The other entries of the IANA special-purpose registries that are not globally reachable. */
const special = listOf([
  ['0.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]);

/** All unicast that IANA has given out. */
const globalIpv6 = listOf([['2000::', 3]]);

/** @param address an IP address; IPv4 written as IPv6 (`::ffff:10.0.0.1`) counts as the IPv4 address it is. */
export function addressKind(address: string): AddressKind {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(address) === 0) return 'special';
  if (local.check(address, family)) return 'local';
  if (special.check(address, family)) return 'special';
  const isMapped = family === 'ipv6' && mapped.check(address, 'ipv6');
  return family === 'ipv4' || isMapped || globalIpv6.check(address, 'ipv6') ? 'public' : 'special';
}

const mapped = listOf([['::ffff:0:0', 96]]);

function listOf(ranges: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of ranges) list.addSubnet(address, bits, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return list;
}
