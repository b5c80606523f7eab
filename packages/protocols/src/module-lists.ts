/**
 * The module lists of the presets.
 *
 * They are Node's equivalents of the Python lists: what a name grants there decided where its
 * counterpart stands here. A name covers its sub-paths (`fs` covers `fs/promises`), with or without
 * `node:`. The lists are policy and give early, readable refusals; the wall behind them is the kernel.
 *
 * @module
 */
import { type Check, string } from './validation.ts';

/** Checks for a name such as `fs`, `node:fs/promises` or `@scope/package`. */
export const moduleName: Check = string({
  maxLength: 214,
  pattern: /^(?:node:)?(?:@\w[\w.-]*\/)?\w[\w.-]*(?:\/\w[\w.-]*)*$/,
  shape: 'the name of a module',
});

/** What reaches the network. In Python: socket, urllib, requests, http, ftplib, smtplib, telnetlib. */
export const NETWORK_MODULES: readonly string[] = Object.freeze([
  'net',
  'dgram',
  'dns',
  'http',
  'http2',
  'https',
  'tls',
  'quic',
  '_http_agent',
  '_http_client',
  '_http_common',
  '_http_incoming',
  '_http_outgoing',
  '_http_server',
  '_tls_common',
  '_tls_wrap',
]);

/** What starts other programs. In Python: os.system, subprocess. */
export const SUBPROCESS_MODULES: readonly string[] = Object.freeze(['child_process']);

/**
 * What ordinary npm packages need and what grants nothing by itself. Files are here because packages
 * read their own assets: which files, the sandbox decides at the kernel. `os` only reports facts
 * about the machine; its one act, changing priorities, is denied with the other signals.
 */
export const STANDARD_ALLOWED_MODULES: readonly string[] = Object.freeze([
  // Language and data: json, re, typing, dataclasses, collections, itertools and functools in Python.
  'assert',
  'async_hooks',
  'buffer',
  'console',
  'constants',
  'events',
  'punycode',
  'querystring',
  'string_decoder',
  'url',
  'util',
  // Time and measuring: datetime.
  'perf_hooks',
  'timers',
  // Hashing and compression: hashlib and base64.
  'crypto',
  'zlib',
  // Bulk data: what polars, numpy and pandas do their work with.
  'fs',
  'os',
  'path',
  'process',
  'readline',
  'stream',
  'sys',
  'tty',
]);

/**
 * What hands out other programs, the network, native code, the engine itself or other modules.
 * Denied by name even where a wider allow list would let them pass.
 */
export const STANDARD_BLOCKED_MODULES: readonly string[] = Object.freeze([
  ...SUBPROCESS_MODULES,
  ...NETWORK_MODULES,
  // Native code: ctypes.
  'ffi',
  'wasi',
  // Other threads and processes, which would not be behind the gate: multiprocessing, threading.
  'cluster',
  'worker_threads',
  // The engine and the loader: sys, importlib, builtins.
  'diagnostics_channel',
  'inspector',
  'module',
  'trace_events',
  'v8',
  // Running text as code: code, codeop, compile, eval, exec.
  'repl',
  'test',
  'vm',
  // Serialisers that build live objects, and files past the permission model: pickle, marshal.
  'sea',
  'sqlite',
]);

/** On top of the standard list, for air-gapped use: terminals, the machine's facts and prompts (pty, tty, tempfile, signal, os). */
export const AIRGAPPED_BLOCKED_MODULES: readonly string[] = Object.freeze([
  ...STANDARD_BLOCKED_MODULES,
  'os',
  'readline',
  'tty',
]);

/** Native code only: ctypes and cffi. */
export const TESTING_BLOCKED_MODULES: readonly string[] = Object.freeze(['ffi']);

/** The name without `node:`, as lists are compared. */
export function normalizeModuleName(name: string): string {
  return name.startsWith('node:') ? name.slice('node:'.length) : name;
}

/** Whether a list covers a module: by its own name, or by the name it is a sub-path of. */
export function coversModule(list: readonly string[], name: string): boolean {
  const wanted = normalizeModuleName(name);
  return list.some((entry) => {
    const listed = normalizeModuleName(entry);
    return wanted === listed || wanted.startsWith(`${listed}/`);
  });
}
