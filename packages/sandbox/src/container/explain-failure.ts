/** What engines say, and what it means for whoever reads it. */
const EXPLANATIONS: readonly { readonly said: RegExp; readonly means: string }[] = [
  {
    said: /ENOENT|no Docker daemon listens/,
    means: 'it is not installed, or not running: install it, or start its daemon',
  },
  {
    said: /EACCES|permission denied.*sock/i,
    means: 'this user may not use it: add the user to its group, or use rootless Podman',
  },
  { said: /ECONNREFUSED/, means: 'its daemon is not running: start it' },
  {
    said: /crun.*cgroup|cgroup.*crun/i,
    means: 'crun does not take this machine’s mix of cgroup versions: install runc',
  },
  {
    said: /rlimit|nofile|nproc/i,
    means:
      'it asks for higher limits than this process may give: raise the hard limits of the host (ulimit -Hn, -Hu)',
  },
  {
    said: /newuidmap|subuid|user namespace/i,
    means: 'this user has no range of sub-ids: add one in /etc/subuid and /etc/subgid',
  },
  {
    said: /no such image|image not known|pull/i,
    means: 'the image is not on this machine: pull or build it first, or leave `image` out',
  },
  {
    said: /seccomp/i,
    means: 'it cannot load a seccomp profile: its kernel or its build lacks support for it',
  },
  { said: /network|bridge/i, means: 'it has no bridge network' },
];

/** Says in plain words why an engine does not work, with its own words after. */
export function explainFailure(runtime: string, error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  const code = (error as { readonly code?: unknown } | null)?.code;
  const all = `${typeof code === 'string' ? code : ''} ${said}`;
  const means = EXPLANATIONS.find((each) => each.said.test(all))?.means ?? 'it could not run a container';
  return `${runtime}: ${means} (${said.trim().slice(-500)})`;
}
