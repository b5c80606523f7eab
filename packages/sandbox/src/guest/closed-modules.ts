/**
 * Built-ins that hand out other built-ins, files past the permission model, other threads without this
 * gate, or native code. Closed under every policy that restricts modules at all.
 */
export const CLOSED_MODULES: readonly string[] = [
  'module',
  'worker_threads',
  'cluster',
  'vm',
  'repl',
  'inspector',
  'wasi',
  'trace_events',
  'v8',
  'diagnostics_channel',
  'sqlite',
  'ffi',
  'sea',
  'test',
];
