/**
 * Files of the machine that Node itself opens while it runs, and that tell nothing about its users.
 *
 * Of /proc only single files are here, not the folder of the process: its `environ`, `mem` and `maps`
 * are no plugin's business. That of /proc/self is looked up once, when the rule is made.
 *
 * @module
 */

/** For memory and CPU figures, random bytes, time zones and OpenSSL's settings. */
export const NODE_READ_PATHS: readonly string[] = Object.freeze([
  '/dev/null',
  '/dev/random',
  '/dev/urandom',
  '/etc/localtime',
  '/etc/ssl/openssl.cnf',
  '/proc/cpuinfo',
  '/proc/loadavg',
  '/proc/meminfo',
  '/proc/self/stat',
  '/proc/stat',
  '/proc/uptime',
  '/usr/share/zoneinfo',
]);

/** On top, where the network is allowed: name resolution and the machine's certificates. */
export const NETWORK_READ_PATHS: readonly string[] = Object.freeze([
  '/etc/gai.conf',
  '/etc/host.conf',
  '/etc/hosts',
  '/etc/nsswitch.conf',
  '/etc/resolv.conf',
  '/etc/services',
  '/etc/ssl/certs',
]);
